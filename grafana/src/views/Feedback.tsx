import React, { useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Tooltip, useStyles2 } from '@grafana/ui';
import { feedback } from '../service/history';
import { texts } from '../texts/texts';

/** Thumbs up, thumbs down; they feed the quality of the narrator. A failure leaves the thumbs to be pressed again. */
export function Feedback({ id }: { id: string }): React.ReactElement {
  const words = texts();
  const [given, setGiven] = useState<1 | -1>();
  const give = (score: 1 | -1) => () => {
    setGiven(score);
    feedback(id, score).catch(() => setGiven(undefined));
  };
  return (
    <>
      <Thumb label={given === 1 ? words.thanks : words.right} pressed={given === 1} onClick={give(1)} />
      <Thumb label={given === -1 ? words.thanks : words.wrong} pressed={given === -1} onClick={give(-1)} down />
    </>
  );
}

interface ThumbProps {
  label: string;
  pressed: boolean;
  onClick: () => void;
  down?: boolean;
}

/** Drawn here: Grafana's icons know the name of a thumb, but have no file for it. */
function Thumb({ label, pressed, onClick, down }: ThumbProps): React.ReactElement {
  const styles = useStyles2(getStyles);
  return (
    <Tooltip content={label}>
      <button type="button" className={styles.thumb} aria-label={label} aria-pressed={pressed} onClick={onClick}>
        <svg viewBox="0 0 16 16" width="16" height="16" transform={down ? 'rotate(180)' : undefined} aria-hidden>
          <path d="M1.5 7h2.5v7H1.5zM6 13V7.5L8.5 2c1.1 0 1.8.8 1.6 1.9L9.6 6.5h3.6c.9 0 1.5.8 1.3 1.6l-1.2 4.7c-.2.7-.8 1.2-1.5 1.2H7.5z" />
        </svg>
      </button>
    </Tooltip>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  thumb: css({
    padding: theme.spacing(0.5),
    lineHeight: 0,
    background: 'none',
    border: 'none',
    borderRadius: theme.shape.radius.default,
    path: { fill: 'none', stroke: theme.colors.text.secondary, strokeWidth: 1.3, strokeLinejoin: 'round' },
    '&:hover': { background: theme.colors.action.hover },
    '&[aria-pressed=true] path': { fill: theme.colors.primary.text, stroke: theme.colors.primary.text },
  }),
});
