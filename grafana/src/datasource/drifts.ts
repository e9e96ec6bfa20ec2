import type { DataFrame } from '@grafana/data';
import { ask } from '../service/ask';
import { isRecord, records, text } from '../service/json';
import { texts } from '../texts/texts';
import type { Span } from './questions';
import { tableOf } from './tables';

const DAY = 86_400_000;
const UNITS: Record<string, string> = { baseline_accuracy: 'percentunit', current_accuracy: 'percentunit' };
/** Events of one answer, at most. */
const MOST_EVENTS = 1000;

/** Checks of drift in a span, oldest first, so that their figures are lines over time too. */
export async function driftChecks(span: Span, refId: string): Promise<DataFrame> {
  const told = await ask('drift/metrics', { days: daysBack(span) });
  // The verdict on all calls stands under the empty name and in `severity`: once is enough.
  const rows = within(told, span).map(({ verdicts, ...row }) => ({
    ...row,
    verdicts: Object.fromEntries(Object.entries(isRecord(verdicts) ? verdicts : {}).filter(([model]) => model !== '')),
  }));
  return tableOf(rows, refId, 'drift', UNITS);
}

/** What happened, oldest first, as annotations want it: `time`, `title`, `text`, `tags`. */
export async function driftEvents(span: Span, refId: string): Promise<DataFrame> {
  const told = await ask('drift/events', { days: daysBack(span), limit: MOST_EVENTS });
  const rows = within(told, span).map((event) => ({
    time: event.timestamp,
    title: texts().drift[text(event.kind)] ?? text(event.kind),
    text: [event.severity, event.model, event.feature].map(text).filter((word) => word !== '' && word !== 'none').join(' · '),
    tags: ['drift', text(event.kind)],
    kind: event.kind,
    severity: event.severity,
    model: event.model,
    feature: event.feature,
    check_id: event.check_id,
  }));
  return tableOf(rows, refId, 'drift events', UNITS, ['tags']);
}

/** The API counts days back from now; what is asked for may have ended long ago. */
const daysBack = (span: Span): number => Math.max(1, Math.ceil((Date.now() - span.from) / DAY));

function within(told: unknown, span: Span): Record<string, unknown>[] {
  const at = (row: Record<string, unknown>): number => Date.parse(text(row.timestamp));
  return records(told)
    .filter((row) => at(row) >= span.from && at(row) <= span.to)
    .sort((one, other) => at(one) - at(other));
}
