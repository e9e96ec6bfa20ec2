import { dateTime, FieldType } from '@grafana/data';
import { setBackendSrv, setTemplateSrv } from '@grafana/runtime';
import { of, throwError } from 'rxjs';
import { intervalOf } from './questions';
import { filled, SerenoDataSource } from './SerenoDataSource';
import { tableOf } from './tables';
import type { SerenoQuery } from './query';

const asked: { url: string; params: Record<string, unknown> }[] = [];
let answer: (url: string) => unknown;
beforeEach(() => {
  asked.length = 0;
  setBackendSrv({
    fetch: (request: (typeof asked)[0]) => {
      asked.push(request);
      const told = answer(request.url);
      return told instanceof Error ? throwError(() => ({ status: 502, data: '' })) : of({ data: told });
    },
  } as never);
  setTemplateSrv({
    replace: (text: string, _: unknown, format: (value: string | string[]) => string) =>
      text.replace(/\$(\w+)/g, (_whole, name: string) => format({ one: 'llama', many: ['a', 'b'], all: '$__all' }[name] ?? '')),
  } as never);
});

const source = new SerenoDataSource({ id: 1, uid: 's', type: 't', name: 'n', jsonData: {} } as never);
const run = (query: Partial<SerenoQuery>) =>
  source.query({
    targets: [{ refId: 'A', ...query }],
    range: { from: dateTime(0), to: dateTime(3_600_000) },
    timezone: 'utc',
    maxDataPoints: 100,
    scopedVars: {},
  } as never);

test('figures by a dimension are one frame a group, with its label', async () => {
  const interval = { time: '1970-01-01T00:00:00Z', messages: 3, latency_p95: null };
  answer = () => ({ groups: [{ value: 'ada', messages_by_time: [interval] }, { value: null, messages_by_time: [interval] }] });
  const { data, errors } = await run({ kind: 'aggregations', by: 'user', figures: ['messages', 'latency_p95', 'nonsense'] });
  expect(asked[0]).toMatchObject({
    url: '/api/plugin-proxy/sereno-app/analytics/groups',
    params: { by: 'user', interval: '1m', start_time: 0, end_time: 3600, tz: 'UTC', limit: 10 },
  });
  expect(data.map(({ name }) => name)).toEqual(['ada', '–']);
  expect(data[0].fields[1]).toMatchObject({ name: 'messages', labels: { user: 'ada' }, values: [3] });
  expect(data[0].fields[2]).toMatchObject({ config: { unit: 's' }, values: [null] });
  expect(data[0].fields).toHaveLength(3);
  expect(errors).toEqual([]);
});

test('one query that fails leaves the others; its sentence says what to do', async () => {
  answer = (url) => (url.endsWith('sessions') ? new Error('down') : []);
  const both = await source.query({
    targets: [{ refId: 'A', kind: 'calls' }, { refId: 'B', kind: 'sessions' }, { refId: 'C', kind: 'calls', hide: true }],
    range: { from: dateTime(0), to: dateTime(1) },
    scopedVars: {},
  } as never);
  expect(both.data).toHaveLength(1);
  expect(both.errors).toEqual([{ refId: 'B', message: expect.stringContaining('Sereno does not answer') }]);
});

test('a variable of one value narrows, of all or several does not', () => {
  const filters = filled({ refId: 'A', kind: 'calls', filters: { model: '$one', user: '$many', status: '$all' } }, {}).filters;
  expect(filters).toEqual({ model: 'llama', user: '', status: '' });
});

test.each([
  [3_600_000, 100, '', '1m'],
  [3_600_000, 20, '', '5m'],
  [86_400_000, 100, '', '15m'],
  [90 * 86_400_000, 1000, '', '6h'],
  [4000 * 86_400_000, 5000, '', '1d'],
  [86_400_000, 100, '6h', '6h'],
])('%i ms on %i points, asked %s: %s', (to, points, interval, expected) => {
  expect(intervalOf({ interval }, { from: 0, to, tz: 'UTC', points })).toBe(expected);
});

test('rows become columns: nested figures, lists, moments, units', () => {
  const rows = [
    { id: 'a', timestamp: '2025-11-21T00:00:00Z', latency: { p95: 1.5, count: 2 }, models: ['x', 'y'], cost_usd: null, error_rate: 0.5, by_day: [{ a: 1 }] },
    { id: 'b', timestamp: null, latency: { p95: null, count: 0 }, models: [], cost_usd: 0.1, error_rate: null, by_day: [{ a: 1 }] },
  ];
  const fields = Object.fromEntries(tableOf(rows, 'A', 'n').fields.map((field) => [field.name, field]));
  expect(Object.keys(fields)).toEqual(['id', 'timestamp', 'latency.p95', 'latency.count', 'models', 'cost_usd', 'error_rate']);
  expect(fields.timestamp).toMatchObject({ type: FieldType.time, values: [1_763_683_200_000, null] });
  expect(fields['latency.p95']).toMatchObject({ type: FieldType.number, config: { unit: 's' }, values: [1.5, null] });
  expect(fields['latency.count']?.config.unit).toBeUndefined();
  expect(fields.models?.values).toEqual(['x, y', '']);
  expect(fields.cost_usd?.config.unit).toBe('currencyUSD');
  expect(fields.error_rate?.config.unit).toBe('percentunit');
});

test('a page of HTML at the address is not an answer', async () => {
  answer = () => '<html></html>';
  expect(await source.testDatasource()).toEqual({ status: 'error', message: expect.stringContaining('is not Sereno') });
  answer = () => ({ version: '0.1.0' });
  expect(await source.testDatasource()).toEqual({ status: 'success', message: expect.stringContaining('Sereno 0.1.0 answers') });
});
