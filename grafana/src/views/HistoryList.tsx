import React, { useEffect, useState } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { Analysis } from '../explain/request';
import { history, type Past, recalled } from '../service/history';
import { type Problem, problemOfError } from '../service/problem';
import { texts } from '../texts/texts';
import { ProblemNotice } from './ProblemNotice';

/** What was explained before, of this chart and others; one click shows it again. */
export function HistoryList({ onShow }: { onShow: (past: Past) => void }): React.ReactElement {
  const styles = useStyles2(getStyles);
  const words = texts();
  const [past, setPast] = useState<Past[]>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    let here = true;
    history()
      .then((found) => here && setPast(found))
      .catch((error: unknown) => here && setProblem(problemOfError(error)));
    return () => {
      here = false;
    };
  }, []);
  // What is known is shown where the service can no longer tell more of it.
  const open = (one: Past): void => void recalled(one.id).then(onShow, () => onShow(one));
  if (problem) {
    return <ProblemNotice problem={problem} />;
  }
  if (!past) {
    return <p className={styles.quiet}>{words.pages.loading}</p>;
  }
  if (past.length === 0) {
    return <p className={styles.quiet}>{words.noHistory}</p>;
  }
  return (
    <ul className={styles.list} data-testid="history">
      {past.map((one) => (
        <li key={one.id}>
          <button type="button" className={styles.one} onClick={() => open(one)}>
            <span className={styles.quiet}>
              {[
                one.at === undefined ? '' : dateTimeFormat(one.at * 1000, { format: 'YYYY-MM-DD HH:mm' }),
                one.title,
                words.analyses[one.analysis as Analysis] ?? one.analysis,
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
            <span className={styles.words}>{one.text}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', margin: 0, padding: 0 }),
  quiet: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  words: css({ display: '-webkit-box', WebkitLineClamp: 2, WebkitBoxOrient: 'vertical', overflow: 'hidden' }),
  one: css({
    display: 'flex',
    flexDirection: 'column',
    width: '100%',
    padding: theme.spacing(1),
    textAlign: 'left',
    background: 'none',
    border: 'none',
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    '&:hover': { background: theme.colors.action.hover },
  }),
});
