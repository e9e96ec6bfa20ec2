import { isRecord, number, records, strings, text } from '../service/json';

/** One exact figure of a fact; durations are in seconds, `percent` means 5 is five percent. */
export interface FactNumber {
  name: string;
  value: number;
  unit: string;
  low?: number;
  high?: number;
}

/** One moment of a fact, epoch seconds. */
export interface FactTime {
  name: string;
  at: number;
}

/** Something that the service computed of a chart (`sereno.explain.fact.Fact`). */
export interface Fact {
  id: string;
  kind: string;
  series: string[];
  direction?: string;
  numbers: FactNumber[];
  times: FactTime[];
  start?: number;
  end?: number;
  pValue?: number;
  confidence?: number;
  note: string;
}

/** All facts of a chart, most important first. `id` is that of the explanation. */
export interface FactSheet {
  id: string;
  tz: string;
  facts: Fact[];
}

/** A fact sheet as it came over the network. */
export function factSheet(value: unknown): FactSheet {
  const sheet = isRecord(value) ? value : {};
  return { id: text(sheet.id), tz: text(sheet.tz) || 'UTC', facts: records(sheet.facts).map(fact) };
}

function fact(value: Record<string, unknown>): Fact {
  return {
    id: text(value.id),
    kind: text(value.kind),
    series: strings(value.series),
    direction: text(value.direction) || undefined,
    numbers: records(value.numbers).flatMap(factNumber),
    times: records(value.times).flatMap((time) => {
      const at = number(time.at);
      return at === undefined ? [] : [{ name: text(time.name), at }];
    }),
    start: number(value.start),
    end: number(value.end),
    pValue: number(value.p_value),
    confidence: number(value.confidence),
    note: text(value.note),
  };
}

function factNumber(value: Record<string, unknown>): FactNumber[] {
  const known = number(value.value);
  if (known === undefined) {
    return [];
  }
  return [{ name: text(value.name), value: known, unit: text(value.unit), low: number(value.low), high: number(value.high) }];
}
