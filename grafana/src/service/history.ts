import { type Mark, markOf, type Score, scoreOf } from '../explain/answer';
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
  marks: Mark[];
  sheet: FactSheet;
  score: Score;
}

/** The newest explanations, newest first, without their marks. */
export async function history(limit = 20): Promise<Past[]> {
  return records(await ask('explain/history', { limit })).map(pastOf);
}

/** One of them, its figures checked once more and linked to their facts. */
export async function recalled(id: string): Promise<Past> {
  const told = await ask(`explain/history/${encodeURIComponent(id)}`);
  return pastOf(isRecord(told) ? told : {});
}

const pastOf = (row: Record<string, unknown>): Past => ({
  id: text(row.id),
  at: number(row.created_at),
  title: text(row.title),
  analysis: text(row.analysis),
  text: text(row.text),
  marks: records(row.claims).flatMap((claim) => markOf(claim) ?? []),
  sheet: factSheet({ ...(isRecord(row.facts) ? row.facts : {}), id: row.id }),
  score: scoreOf(row),
});

/** Whether an explanation helped. */
export async function feedback(id: string, score: 1 | -1): Promise<void> {
  await tell(`explain/${encodeURIComponent(id)}/feedback`, { score });
}
