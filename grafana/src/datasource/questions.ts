import type { DataFrame } from '@grafana/data';
import { ask, type Parameters } from '../service/ask';
import { isRecord, records, text } from '../service/json';
import { driftChecks, driftEvents } from './drifts';
import { objectivesOf } from './objectives';
import { DEFAULT_QUERY, FIGURES, type SerenoQuery } from './query';
import { tableOf } from './tables';
import { timelineOf } from './timelines';

/** The time asked for, in epoch milliseconds. */
export interface Span {
  from: number;
  to: number;
  tz: string;
  /** Points that the panel has room for. */
  points: number;
}

/** Intervals that the service knows, in seconds. */
const SECONDS: Record<string, number> = { '1m': 60, '5m': 300, '15m': 900, '1h': 3600, '6h': 21_600, '1d': 86_400 };
/** More intervals the service refuses. */
const MOST_INTERVALS = 2000;

/** Pages of calls are at most this long. */
const MOST_ROWS = 1000;

/** The frames that answer a query whose variables are filled in. Throws `ServiceError`. */
export async function answer(query: SerenoQuery, span: Span): Promise<DataFrame[]> {
  const { kind, refId } = query;
  const within = { ...query.filters, start_time: span.from / 1000, end_time: span.to / 1000 };
  const limit = Math.min(MOST_ROWS, Math.max(1, Math.trunc(query.limit ?? 100)));
  switch (kind) {
    case 'aggregations':
      return query.by ? grouped(query, query.by, within, span) : together(query, within, span);
    case 'totals':
      return [await totals(query, within, limit)];
    case 'calls':
      return [tableOf(records(await ask('analytics/messages', { ...within, limit })), refId, 'calls')];
    case 'sessions':
      return [tableOf(records(await ask('analytics/sessions', { ...within, limit })), refId, 'sessions')];
    case 'slo':
      return [objectivesOf(await ask('slo'), refId)];
    case 'drift':
      return [await driftChecks(span, refId)];
    case 'drift_events':
      return [await driftEvents(span, refId)];
  }
}

/** Values of a dimension, most used first: what a variable of a dashboard offers. */
export async function valuesOf(by: string, within: Parameters): Promise<string[]> {
  const told = await ask('analytics/groups', { ...within, by, limit: 100 });
  return records(isRecord(told) ? told.groups : []).flatMap((group) => text(group.value) || []);
}

async function together(query: SerenoQuery, within: Parameters, span: Span): Promise<DataFrame[]> {
  const told = await ask('analytics/aggregations', { ...within, interval: intervalOf(query, span), tz: span.tz });
  return [timelineOf(isRecord(told) ? told.messages_by_time : [], figuresOf(query), query.refId)];
}

async function grouped(query: SerenoQuery, by: string, within: Parameters, span: Span): Promise<DataFrame[]> {
  const limit = Math.min(100, Math.max(1, Math.trunc(query.limit ?? 10)));
  const asked = { ...within, by, limit, interval: intervalOf(query, span), tz: span.tz };
  const told = await ask('analytics/groups', asked);
  return records(isRecord(told) ? told.groups : []).map((group) =>
    timelineOf(group.messages_by_time, figuresOf(query), query.refId, { [by]: text(group.value) || '–' })
  );
}

async function totals(query: SerenoQuery, within: Parameters, limit: number): Promise<DataFrame> {
  const by = query.by || 'model';
  const told = await ask('analytics/groups', { ...within, by, limit: Math.min(100, limit) });
  const groups = records(isRecord(told) ? told.groups : []);
  const rows = groups.map(({ value, figures }) => ({ [by]: value, ...(isRecord(figures) ? figures : {}) }));
  return tableOf(rows, query.refId, by);
}

/** The interval asked for, or the shortest that the panel has room for. */
export function intervalOf(query: Pick<SerenoQuery, 'interval'>, span: Span): string {
  const room = Math.min(MOST_INTERVALS, Math.max(1, span.points));
  const fitting = Object.entries(SECONDS).find(([, seconds]) => (span.to - span.from) / 1000 / seconds <= room);
  return query.interval || (fitting?.[0] ?? '1d');
}

const figuresOf = (query: SerenoQuery): string[] => {
  const known = (query.figures ?? []).filter((figure) => figure in FIGURES);
  return known.length > 0 ? known : (DEFAULT_QUERY.figures ?? []);
};
