import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { Answer } from '../explain/answer';
import { texts } from '../texts/texts';
import { AnswerText } from './AnswerText';
import { FactsTable } from './FactsTable';
import { Verdict } from './Verdict';

interface Props {
  answer: Answer;
  running: boolean;
  showFacts: boolean;
}

/** An explanation: the words with their checked figures, how the check came out, and the facts. */
export function AnswerView({ answer, running, showFacts }: Props): React.ReactElement {
  const styles = useStyles2(getStyles);
  const [chosen, setChosen] = useState<string>();
  const words = texts();
  return (
    <div className={styles.answer}>
      {running && answer.text === '' && <p className={styles.quiet}>{answer.sheet ? words.telling : words.thinking}</p>}
      {answer.text !== '' && <AnswerText answer={answer} running={running} chosen={chosen} onChoose={setChosen} />}
      {answer.score && <Verdict score={answer.score} />}
      {(showFacts || chosen) && answer.sheet && <FactsTable sheet={answer.sheet} chosen={chosen} />}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  answer: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1.5) }),
  quiet: css({ color: theme.colors.text.secondary, margin: 0 }),
});
