import { dateTimeFormat, formattedValueToString, getValueFormat } from '@grafana/data';
import type { Texts } from '../texts/en';
import { userLanguage } from '../texts/texts';
import type { Fact, FactNumber } from './fact';

/** A fact's figures as a reader sees them: `mean 1.2 s (1.1 s – 1.3 s)`. */
export const figuresOf = (fact: Fact, texts: Texts): string[] =>
  fact.numbers.map((number) => `${texts.roles[number.name] ?? spaced(number.name)} ${figure(number, texts)}`);

/** The time a fact covers, and its moments, in the zone of the chart. */
export function momentsOf(fact: Fact, tz: string): string {
  const { start, end } = fact;
  const told = (at: number): string => dateTimeFormat(at * 1000, { timeZone: tz, format: 'YYYY-MM-DD HH:mm' });
  if (start !== undefined && end !== undefined && end > start) {
    const [from, to] = [told(start), told(end)];
    return from.slice(0, 10) === to.slice(0, 10) ? `${from} – ${to.slice(11)}` : `${from} – ${to}`;
  }
  return fact.times
    .map(({ at }) => told(at))
    .concat(fact.times.length === 0 && start !== undefined ? [told(start)] : [])
    .join(', ');
}

/** A fact in one line, for who points at a number. */
export function inOneLine(fact: Fact, tz: string, texts: Texts): string {
  const head = [texts.kinds[fact.kind] ?? spaced(fact.kind), fact.direction && (texts.directions[fact.direction] ?? '')];
  const parts = [head.filter(Boolean).join(': '), fact.series.join(', '), figuresOf(fact, texts).join(' · '), momentsOf(fact, tz)];
  return parts.filter(Boolean).join(' — ');
}

function figure({ value, unit, low, high }: FactNumber, texts: Texts): string {
  const told = (amount: number): string =>
    localised(formattedValueToString(getValueFormat(unit || 'short')(amount, decimals(amount, unit))), texts);
  return low === undefined || high === undefined ? told(value) : `${told(value)} (${told(low)} – ${told(high)})`;
}

/** Grafana writes numbers as English does, and long durations in English words. */
function localised(written: string, texts: Texts): string {
  const units = written.replace(/ (mins?|hours?|days?|weeks?|months?|years?)$/, (whole, word: string) => {
    const known = texts.durations[word.replace(/s$/, '')];
    return known ? ` ${known}` : whole;
  });
  const comma = new Intl.NumberFormat(userLanguage()).format(1.5).includes(',');
  return comma ? units.replace(/,/g, '\u00a0').replace(/(\d)\.(\d)/g, '$1,$2') : units;
}

/** Whole counts stay whole; of the rest three digits matter. */
function decimals(amount: number, unit: string): number | undefined {
  if (Number.isInteger(amount)) {
    return unit ? undefined : 0;
  }
  const size = Math.abs(amount);
  return size >= 1000 || unit === 's' ? undefined : Math.max(0, 2 - Math.floor(Math.log10(size)));
}

const spaced = (name: string): string => name.replaceAll('_', ' ');
