import { problemOf, problemOfError, ServiceError } from './problem';

const document = (name: string, more = {}): string =>
  JSON.stringify({ type: `urn:sereno:problem:${name}`, title: 'T', detail: 'Why.', ...more });

test.each([
  [401, document('key-required'), 'key-required', 'Why.'],
  [401, document('key-unknown'), 'key-unknown', 'Why.'],
  [403, document('host-not-allowed'), 'host-not-allowed', 'Why.'],
  [400, document('wrong-parameter', { expected: 'one of a, b' }), 'wrong-request', 'Why. (one of a, b)'],
  [404, document('not-found'), 'service', 'Why.'],
  [413, document('body-too-large'), 'too-large', 'Why.'],
  [429, document('rate-limited'), 'rate-limited', 'Why.'],
  [502, '', 'unreachable', ''],
  [502, '{"message":"x"}', 'unreachable', 'x'],
  [404, '{"message":"Plugin not found, no installed plugin with that id"}', 'not-configured', 'Plugin not found, no installed plugin with that id'],
  [403, '{"message":"plugin proxy route access denied"}', 'not-configured', 'plugin proxy route access denied'],
  [404, '<html>nginx</html>', 'not-sereno', ''],
  [404, '404 page not found', 'not-sereno', '404 page not found'],
  [500, 'x'.repeat(1000), 'service', `${'x'.repeat(300)}…`],
])('%i %s is %s', (status, body, kind, detail) => {
  expect(problemOf(status, body)).toEqual({ kind, detail });
});

test('errors of every sort become a problem', () => {
  expect(problemOfError(new ServiceError({ kind: 'busy', detail: 'd' })).kind).toBe('busy');
  expect(problemOfError({ status: 502, data: '' }).kind).toBe('unreachable');
  expect(problemOfError({ status: 401, data: JSON.parse(document('key-unknown')) as unknown }).kind).toBe('key-unknown');
  expect(problemOfError(new TypeError('Failed to fetch'))).toEqual({ kind: 'unreachable', detail: 'Failed to fetch' });
  expect(problemOfError(undefined)).toEqual({ kind: 'unreachable', detail: '' });
});
