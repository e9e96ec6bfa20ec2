import { config } from '@grafana/runtime';
import { en } from '../texts/en';
import { es } from '../texts/es';
import { figuresOf } from './describe';
import { factSheet } from './fact';

const sheet = factSheet({
  facts: [
    { id: 'f', kind: 'level', numbers: [
      { name: 'mean', value: 1.8649, unit: 's', low: 1.82, high: 1.91 },
      { name: 'held', value: 42_480, unit: 's' },
      { name: 'total', value: 12_345.6, unit: 'short' },
    ] },
  ],
});
const told = (texts: typeof en): string[] => sheet.facts.flatMap((fact) => figuresOf(fact, texts));

afterEach(() => {
  config.bootData = { user: { language: 'en-US' } } as never;
});

test('figures are written as the reader writes them', () => {
  config.bootData = { user: { language: 'en-US' } } as never;
  expect(told(en)).toEqual(['mean 1.86 s (1.82 s – 1.91 s)', 'held 11.8 hours', 'total 12.3 K']);
  config.bootData = { user: { language: 'es-ES' } } as never;
  expect(told(es)).toEqual(['media 1,86 s (1,82 s – 1,91 s)', 'cumplido 11,8 h', 'total 12,3 K']);
});
