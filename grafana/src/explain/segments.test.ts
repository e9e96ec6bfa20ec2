import { segments } from './segments';

const mark = (start: number, end: number) => ({ start, end, supported: true, fact: 'f' });
const words = (...args: Parameters<typeof segments>) => segments(...args).map(({ text }) => text);

test('offsets count code points, not the halves of those beyond the basic plane', () => {
  const text = '📈📉 5 %';
  expect(segments({ text, marks: [mark(3, 6)], withheld: [] })).toEqual([{ text: '📈📉 ' }, { text: '5 %', mark: mark(3, 6) }]);
});

test('marks may come in any order; a second one for the same words or points beyond the text is left out', () => {
  expect(words({ text: 'a 1 b 2', marks: [mark(6, 7), mark(2, 3), mark(2, 3), mark(1, 2), mark(6, 99)], withheld: [] })).toEqual(['a', ' ', '1', ' b ', '2']);
});

test('a withheld sentence hides the figures in it', () => {
  const found = segments({ text: 'Good. Bad 9. Good.', marks: [mark(10, 11)], withheld: [{ start: 6, end: 12 }] });
  expect(found.map(({ withheld }) => Boolean(withheld))).toEqual([false, true, false]);
  expect(found.some((segment) => segment.mark)).toBe(false);
});

test('signs of markdown are left out of plain words only', () => {
  expect(words({ text: '# Head\n**2** is #2', marks: [mark(9, 10)], withheld: [] })).toEqual(['Head\n', '2', ' is #2']);
});

test('whatever is cut, the words stay together', () => {
  const text = 'abc 📈 def 123 ghi';
  for (let start = 0; start < 17; start++) {
    for (let end = start + 1; end <= 17; end++) {
      expect(words({ text, marks: [mark(start, end)], withheld: [] }).join('')).toBe(text);
    }
  }
});
