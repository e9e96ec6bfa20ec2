// One moment, shown in every figure of the page: the reader points at one, the others mark the same time.

export interface Marked {
  /** Show or hide (null) the mark at a moment, epoch seconds. */
  mark(at: number | null): void;
}

const figures = new Set<Marked>();

export function join(figure: Marked): () => void {
  figures.add(figure);
  return () => figures.delete(figure);
}

/** Mark a moment in all figures but the one where the reader is. */
export function mark(from: Marked, at: number | null): void {
  for (const figure of figures) if (figure !== from) figure.mark(at);
}
