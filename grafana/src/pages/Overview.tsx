import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { ianaZone } from '../explain/zone';
import { isRecord, number, records, text } from '../service/json';
import { APP_ID } from '../service/address';
import { texts } from '../texts/texts';
import { ProblemNotice } from '../views/ProblemNotice';
import { count, dollars, seconds, share } from './amounts';
import { Columns } from './Columns';
import { type Reach } from './reach';
import { ReachPicker } from './ReachPicker';
import { tableStyles } from './tableStyles';
import { useAnswer } from './useAnswer';

type Row = Record<string, unknown>;
const part = (row: Row, name: string): Row => (isRecord(row[name]) ? row[name] : {});

/** What was asked of the models, how long that took, how it ended, what it cost. */
export function Overview({ reach }: { reach: Reach }): React.ReactElement {
  const styles = useStyles2(getStyles);
  const words = texts().pages;
  const { answer, problem, loading, again } = useAnswer('analytics/aggregations', {
    start_time: reach.age,
    interval: reach.interval,
    tz: ianaZone(undefined),
  });
  const told = isRecord(answer) ? answer : {};
  const figures: [string, string][] = [
    [words.calls_count, count(number(told.total_messages))],
    [words.errors, share(number(told.error_rate))],
    [words.latency, seconds(number(part(told, 'latency').p95))],
    [words.ttft, seconds(number(part(told, 'ttft').p95))],
    [words.tokens, `${count(number(told.input_tokens))} / ${count(number(told.output_tokens))}`],
    [words.cost, dollars(number(told.total_cost))],
    [words.users, count(number(told.unique_users))],
  ];
  return (
    <div className={styles.page}>
      <div>
        <ReachPicker reach={reach} />
      </div>
      {problem && <ProblemNotice problem={problem} onAgain={again} />}
      {loading && answer === undefined && <p>{words.loading}</p>}
      {answer !== undefined && (
        <>
          <dl className={styles.figures} data-testid="figures">
            {figures.map(([name, value]) => (
              <div key={name} className={styles.figure}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <h4>{words.over}</h4>
          <Columns rows={records(told.messages_by_time)} />
          <h4>{words.models}</h4>
          <Models rows={records(told.messages_by_model)} reach={reach} />
        </>
      )}
    </div>
  );
}

function Models({ rows, reach }: { rows: Row[]; reach: Reach }): React.ReactElement {
  const styles = useStyles2(tableStyles);
  const words = texts().pages;
  if (rows.length === 0) {
    return <p className={styles.quiet}>{words.none}</p>;
  }
  return (
    <div className={styles.frame}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{words.model}</th>
            <th scope="col">{words.calls_count}</th>
            <th scope="col">{words.errors}</th>
            <th scope="col">{words.latency}</th>
            <th scope="col">{words.ttft}</th>
            <th scope="col">{words.cost}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const name = text(row.model);
            const figures = part(row, 'figures');
            return (
              <tr key={name}>
                <td>
                  <a href={`/a/${APP_ID}/calls?range=${reach.name}&model=${encodeURIComponent(name)}`}>{name || '–'}</a>
                </td>
                <td>{count(number(figures.total_messages))}</td>
                <td>{share(number(figures.error_rate))}</td>
                <td>{seconds(number(part(figures, 'latency').p95))}</td>
                <td>{seconds(number(part(figures, 'ttft').p95))}</td>
                <td>{dollars(number(figures.total_cost))}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(2) }),
  figures: css({ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(130px, 1fr))', gap: theme.spacing(1), margin: 0 }),
  figure: css({
    padding: theme.spacing(1.5),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
    dt: { color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize, fontWeight: 'normal' },
    dd: { fontSize: theme.typography.h3.fontSize, margin: 0, fontVariantNumeric: 'tabular-nums' },
  }),
});
