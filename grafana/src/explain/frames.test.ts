import { createDataFrame, dateTime, FieldType, LoadingState, type PanelData, ThresholdsMode } from '@grafana/data';
import { chartOf, hasNumbers } from './frames';

const from = dateTime(1_000_000);
const to = dateTime(2_000_000);
const panel = (...series: PanelData['series']): PanelData => ({
  state: LoadingState.Done,
  series,
  timeRange: { from, to, raw: { from, to } },
});
const steps = [
  { value: -Infinity, color: 'green' },
  { value: 5, color: 'red' },
];
const numbers = (custom: object, values: unknown[] = [1, null, NaN, Infinity, '7']) => ({
  name: 'value',
  type: FieldType.number,
  values,
  labels: { model: 'a' },
  config: { unit: 's', custom, thresholds: { mode: ThresholdsMode.Absolute, steps } },
});

test('a frame keeps names, units and labels; what JSON cannot say becomes null', () => {
  const frame = createDataFrame({
    name: 'latency',
    fields: [{ name: 'time', type: FieldType.time, values: [0, 1, 2, 3, 4] }, numbers({})],
  });
  const chart = chartOf(panel(frame), 'T', 'utc');
  expect(chart).toMatchObject({ title: 'T', start: 1_000_000, end: 2_000_000, tz: 'UTC', thresholds: [], events: [] });
  expect(chart.frames[0]?.fields[1]).toEqual({
    name: 'value a',
    type: 'number',
    unit: 's',
    labels: { model: 'a' },
    values: [1, null, null, null, 7],
  });
  expect(hasNumbers(chart)).toBe(true);
  expect(JSON.parse(JSON.stringify(chart))).toEqual(chart);
});

test('fields that the panel hides stay out, and so do kinds that nothing is told of', () => {
  const hidden = numbers({ hideFrom: { viz: true } });
  const frame = createDataFrame({ fields: [hidden, { name: 'b', type: FieldType.boolean, values: [true] }, { name: 's', type: FieldType.string, values: ['x'] }] });
  const chart = chartOf(panel(frame), '', 'browser');
  expect(chart.frames[0]?.fields.map(({ name }) => name)).toEqual(['s']);
  expect(hasNumbers(chart)).toBe(false);
});

test('a threshold counts where the panel draws it; every panel has some that nobody meant', () => {
  const lines = (mode: string) => chartOf(panel(createDataFrame({ fields: [numbers({ thresholdsStyle: { mode } })] })), '', 'utc').thresholds;
  expect(lines('off')).toEqual([]);
  expect(lines('dashed')).toEqual([{ value: 5, name: 'red', above: true }]);
});

test('annotations become events, without the markup that they may hold', () => {
  const annotations = createDataFrame({
    fields: [
      { name: 'time', type: FieldType.time, values: [7, 8, 9] },
      { name: 'text', type: FieldType.string, values: ['<b>v2</b> out', 'x', ''] },
      { name: 'tags', type: FieldType.other, values: [['Deploy'], undefined, ['alert']] },
    ],
  });
  expect(chartOf({ ...panel(), annotations: [annotations] }, '', 'utc').events).toEqual([
    { at: 7, kind: 'deploy', title: 'v2  out' },
    { at: 8, kind: 'other', title: 'x' },
  ]);
});
