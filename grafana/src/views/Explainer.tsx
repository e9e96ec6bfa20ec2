import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, ClipboardButton, Input, useStyles2 } from '@grafana/ui';
import { ANALYSES, type Analysis, type Chart, type Telling } from '../explain/request';
import type { Explanation } from '../explain/useExplanation';
import type { Past } from '../service/history';
import { texts } from '../texts/texts';
import { AnswerView } from './AnswerView';
import { Choice } from './Choice';
import { Feedback } from './Feedback';
import { HistoryList } from './HistoryList';
import { ProblemNotice } from './ProblemNotice';

interface Props {
  /** The chart, or the sentence that says why there is none. */
  chart: Chart | string;
  telling: Telling;
  explanation: Explanation;
  showFacts: boolean;
}

/** Ask, read, check, stop, look back: what the panel and the menu's window share. */
export function Explainer({ chart, telling, explanation, showFacts }: Props): React.ReactElement {
  const styles = useStyles2(getStyles);
  const words = texts();
  const [looking, setLooking] = useState(false);
  const [changed, setChanged] = useState<Partial<Telling>>({});
  const { answer, running, problem, run, stop, show } = explanation;
  const wanted = { ...telling, ...changed };
  const ready = typeof chart !== 'string';
  const asked = wanted.analysis !== 'question' || wanted.question.trim() !== '';
  const start = (): void => {
    setLooking(false);
    if (ready) {
      run(chart, wanted);
    }
  };
  const recall = (past: Past): void => {
    show({ text: past.text, sheet: past.sheet, score: past.score, marks: past.marks, withheld: [] });
    setLooking(false);
  };
  const id = answer.sheet?.id;
  return (
    <div className={styles.all}>
      <div className={styles.bar}>
        <Choice
          label={words.analysis}
          width={22}
          options={ANALYSES.map((value) => ({ value, label: words.analyses[value] }))}
          value={wanted.analysis}
          onChange={(value) => setChanged({ ...changed, analysis: value as Analysis })}
        />
        {running ? (
          <Button icon="square-shape" variant="secondary" onClick={stop}>
            {words.stop}
          </Button>
        ) : (
          <Button icon="ai-sparkle" onClick={start} disabled={!ready || !asked}>
            {words.explain}
          </Button>
        )}
        <span className={styles.gap} />
        {answer.score && id && <Feedback key={id} id={id} />}
        {answer.text !== '' && (
          <ClipboardButton
            icon="copy"
            variant="secondary"
            fill="text"
            getText={() => answer.text}
            tooltip={words.copy}
            aria-label={words.copy}
          />
        )}
        <Button
          icon={looking ? 'arrow-left' : 'history'}
          variant="secondary"
          fill="text"
          tooltip={looking ? words.back : words.history}
          aria-label={looking ? words.back : words.history}
          onClick={() => setLooking(!looking)}
        />
      </div>
      {wanted.analysis === 'question' && (
        <Input
          aria-label={words.question}
          placeholder={words.askQuestion}
          value={wanted.question}
          maxLength={1000}
          onChange={(event) => setChanged({ ...changed, question: event.currentTarget.value })}
          onKeyDown={(event) => event.key === 'Enter' && asked && start()}
        />
      )}
      {!ready && <p className={styles.quiet}>{chart}</p>}
      {problem && <ProblemNotice problem={problem} onAgain={ready && !running ? start : undefined} />}
      {looking ? (
        <HistoryList onShow={recall} />
      ) : (
        <>
          {ready && !running && !problem && answer.text === '' && !answer.score && <p className={styles.quiet}>{words.press}</p>}
          <AnswerView answer={answer} running={running} showFacts={showFacts} />
        </>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  all: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  bar: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  gap: css({ flexGrow: 1 }),
  quiet: css({ color: theme.colors.text.secondary, margin: 0 }),
});
