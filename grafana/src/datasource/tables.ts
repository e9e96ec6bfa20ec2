import { createDataFrame, type DataFrame, type Field, FieldType } from '@grafana/data';
import { isRecord } from '../service/json';

/** Units by the end of a column's name; the API speaks of seconds, US dollars and shares of one. */
const UNITS: [RegExp, string][] = [
  [/(^|\.)(latency|ttft|time_per_output_token)(\.(?!count)\w+)?$|_seconds$/, 's'],
  [/(^|[._])cost(_usd)?$/, 'currencyUSD'],
  [/_rate$|_ratio$/, 'percentunit'],
];
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

type Row = Record<string, unknown>;

/**
 * Rows of JSON as a table: nested figures become `latency.p95`, lists words, moments times.
 *
 * @param units of columns whose names do not tell them
 * @param lists columns that stay lists
 */
export function tableOf(rows: Row[], refId: string, name: string, units: Record<string, string> = {}, lists: string[] = []): DataFrame {
  const flat = rows.map((row) => ({ ...flattened(row), ...Object.fromEntries(lists.map((column) => [column, row[column]])) }));
  const columns = [...new Set(flat.flatMap((row) => Object.keys(row)))];
  return createDataFrame({ refId, name, fields: columns.map((column) => fieldOf(column, flat, units[column], lists.includes(column))) });
}

function flattened(row: Row, prefix = ''): Row {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]): [string, unknown][] => {
      if (isRecord(value)) {
        return Object.entries(flattened(value, `${prefix}${name}.`));
      }
      if (Array.isArray(value)) {
        return value.some((item) => typeof item === 'object') ? [] : [[prefix + name, value.join(', ')]];
      }
      return [[prefix + name, value]];
    })
  );
}

function fieldOf(name: string, rows: Row[], given: string | undefined, list: boolean): Partial<Field> & { name: string } {
  const values = rows.map((row) => row[name] ?? null);
  if (list) {
    return { name, type: FieldType.other, values, config: {} };
  }
  const known = values.filter((value) => value !== null);
  const all = (kind: string): boolean => known.length > 0 && known.every((value) => typeof value === kind);
  if (known.length > 0 && known.every((value) => typeof value === 'string' && RFC3339.test(value))) {
    return { name, type: FieldType.time, values: values.map((value) => (value === null ? null : Date.parse(String(value)))), config: {} };
  }
  if (all('number')) {
    const unit = given ?? UNITS.find(([pattern]) => pattern.test(name))?.[1];
    return { name, type: FieldType.number, values, config: unit ? { unit } : {} };
  }
  if (all('boolean')) {
    return { name, type: FieldType.boolean, values, config: {} };
  }
  return { name, type: FieldType.string, values: values.map((value) => (value === null ? null : String(value))), config: {} };
}
