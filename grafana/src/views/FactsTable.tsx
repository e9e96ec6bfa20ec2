import React, { useEffect, useRef } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { figuresOf, momentsOf } from '../explain/describe';
import type { Fact, FactSheet } from '../explain/fact';
import { texts } from '../texts/texts';

interface Props {
  sheet: FactSheet;
  chosen?: string;
}

/** What was computed, most important first; the fact behind a chosen figure is brought into sight. */
export function FactsTable({ sheet, chosen }: Props): React.ReactElement {
  const styles = useStyles2(getStyles);
  const words = texts();
  if (sheet.facts.length === 0) {
    return <p className={styles.quiet}>{words.noFacts}</p>;
  }
  return (
    <div className={styles.frame} tabIndex={0} role="region" aria-label={words.facts}>
      <table className={styles.table} data-testid="facts">
        <thead>
          <tr>
            <th scope="col">{words.table.kind}</th>
            <th scope="col">{words.table.series}</th>
            <th scope="col">{words.table.figures}</th>
            <th scope="col">{words.table.when}</th>
          </tr>
        </thead>
        <tbody>
          {sheet.facts.map((fact) => (
            <Row key={fact.id} fact={fact} tz={sheet.tz} chosen={fact.id === chosen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ fact, tz, chosen }: { fact: Fact; tz: string; chosen: boolean }): React.ReactElement {
  const styles = useStyles2(getStyles);
  const words = texts();
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (chosen) {
      row.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [chosen]);
  const direction = fact.direction ? words.directions[fact.direction] : undefined;
  return (
    <tr ref={row} className={cx(chosen && styles.chosen)} data-fact={fact.id} aria-current={chosen || undefined}>
      <td>
        {words.kinds[fact.kind] ?? fact.kind}
        {direction ? `: ${direction}` : ''}
      </td>
      <td>{fact.series.join(', ')}</td>
      <td>
        {figuresOf(fact, words).map((figure, at) => (
          <div key={at}>{figure}</div>
        ))}
      </td>
      <td>{momentsOf(fact, tz)}</td>
    </tr>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  frame: css({ overflowX: 'auto' }),
  quiet: css({ color: theme.colors.text.secondary }),
  chosen: css({ background: theme.colors.action.selected }),
  table: css({
    width: '100%',
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
    'th, td': {
      padding: theme.spacing(0.5, 1),
      textAlign: 'left',
      verticalAlign: 'top',
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      overflowWrap: 'break-word',
    },
    th: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightMedium },
  }),
});
