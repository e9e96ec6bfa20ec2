import { factSheet, type FactSheet } from '../explain/fact';
import { isRecord, number, records, text } from './json';
import { ask, tell } from './ask';

/** An explanation that was given before. */
export interface Past {
  id: string;
  /** Epoch seconds. */
  at?: number;
  title: string;
  analysis: string;
  text: string;
  sheet?: FactSheet;
}

/** The newest explanations, newest first. */
export async function history(limit = 20): Promise<Past[]> {
  const told = await ask('explain/history', { limit });
  const rows = isRecord(told) ? (told.explanations ?? told.history) : told;
  return records(rows).map((row) => ({
    id: text(row.id),
    at: number(row.at) ?? moment(row.at ?? row.timestamp),
    title: text(row.title),
    analysis: text(row.analysis),
    text: text(row.text),
    sheet: isRecord(row.sheet) ? factSheet({ ...row.sheet, id: row.id }) : undefined,
  }));
}

/** Whether an explanation helped. */
export async function feedback(id: string, score: 1 | -1): Promise<void> {
  await tell(`explain/${encodeURIComponent(id)}/feedback`, { score });
}

function moment(value: unknown): number | undefined {
  const at = Date.parse(text(value)) / 1000;
  return Number.isFinite(at) ? at : undefined;
}
