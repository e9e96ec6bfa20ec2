import { en } from './en';
import { es } from './es';

/** Every text with its path. */
const paths = (texts: object, prefix = ''): [string, unknown][] =>
  Object.entries(texts).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' ? paths(value as object, `${prefix}${name}.`) : [[prefix + name, value]]
  );

test('what stands in English stands in Spanish', () => {
  const [english, spanish] = [new Map(paths(en)), new Map(paths(es))];
  expect([...english.keys()].filter((path) => !spanish.has(path))).toEqual([]);
  expect([...spanish].filter(([, value]) => value === '')).toEqual([]);
});
