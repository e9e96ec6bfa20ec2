import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Tooltip, useStyles2 } from '@grafana/ui';
import type { Answer, Mark } from '../explain/answer';
import { inOneLine } from '../explain/describe';
import { segments } from '../explain/segments';
import { texts } from '../texts/texts';

interface Props {
  answer: Answer;
  running: boolean;
  chosen?: string;
  onChoose: (fact: string) => void;
}

/**
 * The words of the model as words: nothing in them is markup, so they can load nothing and lead nowhere. The only links are
 * our own, from a checked figure to its fact.
 */
export function AnswerText({ answer, running, chosen, onChoose }: Props): React.ReactElement {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.text} aria-live="polite" aria-busy={running} data-testid="answer">
      {segments(answer).map((segment, at) => {
        if (segment.withheld) {
          return <WithheldSentence key={at} />;
        }
        return segment.mark ? (
          <Figure key={at} mark={segment.mark} answer={answer} chosen={chosen} onChoose={onChoose}>
            {segment.text}
          </Figure>
        ) : (
          <span key={at}>{segment.text}</span>
        );
      })}
      {running && <span className={styles.caret} aria-hidden />}
    </div>
  );
}

function WithheldSentence(): React.ReactElement {
  const styles = useStyles2(getStyles);
  return (
    <Tooltip content={texts().withheld}>
      <span className={styles.withheld} tabIndex={0} aria-label={texts().withheld}>
        […]
      </span>
    </Tooltip>
  );
}

interface FigureProps extends Pick<Props, 'answer' | 'chosen' | 'onChoose'> {
  mark: Mark;
  children: string;
}

function Figure({ mark, answer, chosen, onChoose, children }: FigureProps): React.ReactElement {
  const styles = useStyles2(getStyles);
  const fact = answer.sheet?.facts.find(({ id }) => id === mark.fact);
  if (!mark.supported || !fact) {
    const doubtful = mark.supported ? styles.checked : styles.unsupported;
    return (
      <Tooltip content={mark.supported ? texts().facts : texts().unsupported}>
        <span className={doubtful} tabIndex={0} data-supported={mark.supported}>
          {children}
        </span>
      </Tooltip>
    );
  }
  return (
    <Tooltip content={inOneLine(fact, answer.sheet?.tz ?? 'UTC', texts())}>
      <button
        type="button"
        className={styles.supported}
        aria-pressed={chosen === fact.id}
        data-supported="true"
        data-fact={fact.id}
        onClick={() => onChoose(fact.id)}
      >
        {children}
      </button>
    </Tooltip>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const figure = {
    font: 'inherit',
    padding: '0 1px',
    border: 'none',
    borderRadius: theme.shape.radius.default,
    background: 'none',
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
  };
  return {
    text: css({ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', maxWidth: '75ch', lineHeight: 1.6 }),
    supported: css({
      ...figure,
      color: theme.colors.text.link,
      cursor: 'pointer',
      textDecoration: 'underline',
      textDecorationColor: theme.colors.border.strong,
      textUnderlineOffset: 3,
      '&:hover': { textDecorationColor: theme.colors.text.link },
      '&[aria-pressed=true]': { background: theme.colors.action.selected },
    }),
    checked: css(figure),
    unsupported: css({
      ...figure,
      color: theme.colors.warning.text,
      textDecoration: 'underline wavy',
      textDecorationColor: theme.colors.warning.border,
      textUnderlineOffset: 3,
    }),
    withheld: css({ ...figure, color: theme.colors.text.secondary }),
    caret: css({
      display: 'inline-block',
      width: '0.5em',
      height: '1em',
      marginLeft: 2,
      verticalAlign: 'text-bottom',
      background: theme.colors.text.secondary,
    }),
  };
};
