import type { DataFrame } from '@grafana/data';
import { number, records, strings, text } from '../service/json';
import { tableOf } from './tables';

/** Units that the names do not tell: `objective` and `attained` are percent, shares are of one. */
const UNITS: Record<string, string> = {
  objective: 'percent',
  attained: 'percent',
  budget: 'percentunit',
  budget_left: 'percentunit',
  error: 'percentunit',
};

/** How objectives stand (`GET /sereno/api/slo`): one row each, its burn rates by window beside it. */
export function objectivesOf(told: unknown, refId: string): DataFrame {
  const rows = records(told).map(({ burns, firing, at, ...row }) => ({
    at: moment(number(at)),
    ...row,
    firing: strings(firing),
    burn_rate: { period: number(row.burn_rate) ?? null, ...rates(burns) },
  }));
  return tableOf(rows, refId, 'slo', UNITS);
}

const rates = (burns: unknown): Record<string, number | null> =>
  Object.fromEntries(records(burns).map((burn) => [text(burn.window), number(burn.burn_rate) ?? null]));

/** The service tells this one in epoch seconds. */
const moment = (at: number | undefined): string | null => (at === undefined ? null : new Date(at * 1000).toISOString());
