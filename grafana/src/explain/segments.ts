import type { Answer, Mark } from './answer';

/** A piece of the text: plain, checked (`mark`), or kept back because nothing supports it (`withheld`). */
export interface Segment {
  text: string;
  mark?: Mark;
  withheld?: boolean;
}

/**
 * The text cut where marks and withheld sentences begin and end.
 *
 * Models write `**` and `#` although nobody renders them here: outside marks those signs are left out. Marks that overlap
 * an earlier one, or point outside the text that has come so far, are left out too.
 */
export function segments({ text, marks, withheld }: Pick<Answer, 'text' | 'marks' | 'withheld'>): Segment[] {
  const points = Array.from(text);
  const cuts = [
    ...withheld.map((span) => ({ start: span.start, end: span.end, segment: { withheld: true } })),
    ...marks.map((mark) => ({ start: mark.start, end: mark.end, segment: { mark } })),
  ].sort((a, b) => a.start - b.start || b.end - a.end);
  const found: Segment[] = [];
  let at = 0;
  for (const cut of cuts) {
    if (cut.start < at || cut.end > points.length) {
      continue;
    }
    plain(points.slice(at, cut.start).join(''), found);
    found.push({ text: points.slice(cut.start, cut.end).join(''), ...cut.segment });
    at = cut.end;
  }
  plain(points.slice(at).join(''), found);
  return found;
}

function plain(text: string, into: Segment[]): void {
  const words = text.replace(/\*\*|^#{1,6} /gm, '');
  if (words !== '') {
    into.push({ text: words });
  }
}
