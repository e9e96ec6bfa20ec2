import React from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { number, text } from '../service/json';
import { texts } from '../texts/texts';
import { count } from './amounts';
import { useWidth } from './useWidth';

const HEIGHT = 180;
const LEFT = 44;
const BELOW = 22;

/** Calls of each interval as columns, failed ones on top. */
export function Columns({ rows }: { rows: Record<string, unknown>[] }): React.ReactElement {
  const styles = useStyles2(getStyles);
  const words = texts().pages;
  const [measured, width] = useWidth(1000);
  const most = niceMost(Math.max(0, ...rows.map((row) => number(row.messages) ?? 0)));
  if (most === 0) {
    return <p>{words.none}</p>;
  }
  const step = (width - LEFT) / rows.length;
  const tall = (calls: number): number => (calls / most) * (HEIGHT - BELOW - 8);
  const floor = HEIGHT - BELOW;
  const ticks = [0, most / 2, most];
  const every = Math.max(1, Math.ceil((rows.length * 70) / width));
  return (
    <div ref={measured}>
    <svg width={width} height={HEIGHT} className={styles.chart} role="img" aria-label={words.over} data-testid="columns">
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={width} y1={floor - tall(tick)} y2={floor - tall(tick)} className={styles.line} />
          <text x={LEFT - 6} y={floor - tall(tick) + 4} textAnchor="end">
            {count(tick)}
          </text>
        </g>
      ))}
      {rows.map((row, at) => {
        const calls = number(row.messages) ?? 0;
        const errors = Math.min(calls, number(row.error) ?? 0);
        const x = LEFT + at * step + step * 0.1;
        const label = `${moment(row, rows)}: ${count(calls)}${errors ? `, ${words.errors} ${count(errors)}` : ''}`;
        return (
          <g key={at}>
            <title>{label}</title>
            <rect x={x} width={step * 0.8} y={floor - tall(calls - errors)} height={tall(calls - errors)} className={styles.good} />
            <rect x={x} width={step * 0.8} y={floor - tall(calls)} height={tall(errors)} className={styles.bad} />
            <rect x={x} width={step * 0.8} y={0} height={floor} fill="transparent" />
            {at % every === 0 && (
              <text x={x} y={HEIGHT - 6}>
                {moment(row, rows)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
    </div>
  );
}

/** The next of 2, 4, 10, 20, 40 …, so that also its half is a whole number. */
export function niceMost(most: number): number {
  if (most <= 0) {
    return 0;
  }
  const size = 10 ** Math.floor(Math.log10(most));
  return [2, 4, 10, 20].map((step) => step * size).find((step) => step >= most) ?? most;
}

function moment(row: Record<string, unknown>, rows: Record<string, unknown>[]): string {
  const at = Date.parse(text(row.time));
  const days = rows.length > 1 && Date.parse(text(rows.at(-1)?.time)) - Date.parse(text(rows[0]?.time)) > 2 * 86_400_000;
  return dateTimeFormat(at, { format: days ? 'MM-DD' : 'HH:mm' });
}

const getStyles = (theme: GrafanaTheme2) => ({
  chart: css({ display: 'block', fontSize: 12, text: { fill: theme.colors.text.secondary } }),
  line: css({ stroke: theme.colors.border.weak }),
  good: css({ fill: theme.visualization.getColorByName('blue') }),
  bad: css({ fill: theme.visualization.getColorByName('red') }),
});
