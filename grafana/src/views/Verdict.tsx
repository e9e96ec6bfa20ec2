import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { Score } from '../explain/answer';
import { texts, userLanguage } from '../texts/texts';

/** How many figures of the text a fact supports, who told it and how long that took. */
export function Verdict({ score }: { score: Score }): React.ReactElement {
  const styles = useStyles2(getStyles);
  const words = texts();
  const right = score.numbers > 0 && score.supported === score.numbers;
  const told = score.model === undefined || score.model === 'template' ? words.templates : words.by(score.model);
  const digits = { maximumFractionDigits: 1, minimumFractionDigits: 1 };
  return (
    <p className={styles.verdict} data-testid="verdict">
      <span className={right ? styles.right : score.numbers > 0 ? styles.doubtful : undefined}>
        {score.numbers > 0 ? words.score(score.supported, score.numbers) : words.noFigures}
      </span>
      {' · '}
      {told}
      {score.seconds !== undefined && ` · ${words.seconds(score.seconds.toLocaleString(userLanguage(), digits))}`}
    </p>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  verdict: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize, margin: 0 }),
  right: css({ color: theme.colors.success.text }),
  doubtful: css({ color: theme.colors.warning.text }),
});
