import { isRecord, number, text } from '../service/json';
import type { Problem } from '../service/problem';
import type { ServerEvent } from '../service/sse';
import { factSheet, type FactSheet } from './fact';

/** A number, date or word of the text that was checked. Offsets count Unicode code points of the whole text. */
export interface Mark {
  start: number;
  end: number;
  supported: boolean;
  fact?: string;
}

export interface Span {
  start: number;
  end: number;
}

/** How the checking came out. */
export interface Score {
  score?: number;
  supported: number;
  numbers: number;
  model?: string;
  seconds?: number;
}

/** An explanation, as far as it has come. */
export interface Answer {
  sheet?: FactSheet;
  text: string;
  marks: Mark[];
  withheld: Span[];
  score?: Score;
  problem?: Problem;
}

export const EMPTY: Answer = { text: '', marks: [], withheld: [] };

/** The answer after one more event. Events that are not known, or not well formed, change nothing. */
export function advance(answer: Answer, { event, data }: ServerEvent): Answer {
  const told = parsed(data);
  if (!isRecord(told)) {
    return answer;
  }
  switch (event) {
    case 'facts':
      return { ...answer, sheet: factSheet(told) };
    case 'text':
      return { ...answer, text: answer.text + text(told.text) };
    case 'verification': {
      const mark = markOf(told);
      return mark ? { ...answer, marks: [...answer.marks, mark] } : answer;
    }
    case 'withheld': {
      const span = spanOf(told);
      return span ? { ...answer, withheld: [...answer.withheld, span] } : answer;
    }
    case 'error':
      return { ...answer, problem: { kind: 'model', detail: text(told.detail) || text(told.title) } };
    case 'end':
      return { ...answer, score: scoreOf(told) };
    default:
      return answer;
  }
}

/** The figures of the `end` event, which also stand in the history. */
export function scoreOf(told: Record<string, unknown>): Score {
  return {
    score: number(told.score),
    supported: number(told.supported) ?? 0,
    numbers: number(told.numbers) ?? 0,
    model: text(told.model) || undefined,
    seconds: number(told.seconds),
  };
}

/** A checked claim as the service tells it, undefined where it stands nowhere. */
export function markOf(told: Record<string, unknown>): Mark | undefined {
  const span = spanOf(told);
  return span && { ...span, supported: told.supported === true, fact: text(told.fact) || undefined };
}

function spanOf(told: Record<string, unknown>): Span | undefined {
  const start = number(told.start);
  const end = number(told.end);
  return start !== undefined && end !== undefined && start >= 0 && end > start ? { start, end } : undefined;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
