import { advance, EMPTY } from './answer';

const told = (...events: [string, unknown][]) =>
  events.reduce((answer, [event, data]) => advance(answer, { event, data: typeof data === 'string' ? data : JSON.stringify(data) }), EMPTY);

test('an explanation grows event by event', () => {
  const answer = told(
    ['facts', { id: 'x', tz: 'Europe/Madrid', facts: [{ id: 'level-1', kind: 'level', numbers: [{ name: 'mean', value: 2 }] }] }],
    ['text', { text: 'About ' }],
    ['text', { text: '2' }],
    ['verification', { start: 6, end: 7, text: '2', supported: true, fact: 'level-1' }],
    ['withheld', { start: 0, end: 3 }],
    ['end', { score: 1, supported: 1, numbers: 1, model: null, seconds: 0.5 }]
  );
  expect(answer.text).toBe('About 2');
  expect(answer.sheet?.facts[0]).toMatchObject({ id: 'level-1', numbers: [{ name: 'mean', value: 2, unit: '' }], series: [] });
  expect(answer.marks).toEqual([{ start: 6, end: 7, supported: true, fact: 'level-1' }]);
  expect(answer.withheld).toEqual([{ start: 0, end: 3 }]);
  expect(answer.score).toEqual({ score: 1, supported: 1, numbers: 1, model: undefined, seconds: 0.5 });
});

test.each([
  ['text', 'no json'],
  ['text', '[]'],
  ['text', 'null'],
  ['verification', '{"start":5,"end":5}'],
  ['verification', '{"start":-1,"end":5}'],
  ['verification', '{"start":"0","end":5}'],
  ['withheld', '{}'],
  ['unheard-of', '{}'],
])('%s %s changes nothing', (event, data) => {
  expect(advance(EMPTY, { event, data })).toEqual(EMPTY);
});

test('the first facts give way to all of them', () => {
  const level = { id: 'level-1', kind: 'level' };
  const anomaly = { id: 'anomaly-1', kind: 'anomaly' };
  const early = told(['facts', { id: 'x', more: true, facts: [level] }]);
  const whole = told(['facts', { id: 'x', more: true, facts: [level] }], ['facts', { id: 'x', facts: [anomaly, level] }]);
  expect(early.sheet?.facts.map(({ id }) => id)).toEqual(['level-1']);
  expect(whole.sheet?.facts.map(({ id }) => id)).toEqual(['anomaly-1', 'level-1']);
});

test('a figure of the wrong kind is left out, not shown as another', () => {
  const answer = told(['facts', { id: 1, facts: [{ id: 'a', numbers: [{ name: 'n', value: '7' }, { name: 'm', value: null }] }, 'x', null] }]);
  expect(answer.sheet).toEqual({ id: '', tz: 'UTC', facts: [expect.objectContaining({ id: 'a', numbers: [] })] });
});

test('only what the service calls supported is supported', () => {
  expect(told(['verification', { start: 0, end: 1, supported: 'yes' }]).marks[0]?.supported).toBe(false);
});
