import { serviceAddress } from './settings';

test.each([
  ['http://127.0.0.1:11434', 'http://127.0.0.1:11434'],
  [' https://sereno.example/base// ', 'https://sereno.example/base'],
  ['http://[::1]:8004/', 'http://[::1]:8004'],
  ['sereno:11434', undefined],
  ['ftp://sereno', undefined],
  ['http://', undefined],
  ['http://user:secret@sereno', undefined],
  ['http://sereno/?a=1', undefined],
  ['http://sereno/#a', undefined],
  ['', undefined],
])('%s', (written, expected) => {
  expect(serviceAddress(written)).toBe(expected);
});
