// The text of an explanation as it comes: pieces are added at its end, and what a verdict names becomes a link to its
// fact, or is marked. Verdicts come in the order of the text, so only what follows the last one is plain.
import type { Words } from "./words";

export interface Verdict {
  readonly start: number; // code points of the whole text
  readonly end: number;
  readonly supported: boolean;
  readonly fact: string | null;
}

export class Told {
  private tail: string[] = []; // code points behind the last verdict
  private at = 0; // where the tail begins
  private readonly node = document.createTextNode("");

  constructor(
    box: HTMLElement,
    private readonly words: Words,
  ) {
    box.replaceChildren(this.node);
  }

  add(text: string): void {
    this.tail.push(...text);
    this.node.data += text;
  }

  judge(verdict: Verdict): void {
    const link = document.createElement(verdict.supported ? "a" : "mark");
    link.className = verdict.supported ? "claim" : "unsupported";
    if (verdict.supported && verdict.fact) link.setAttribute("href", `#fact-${verdict.fact}`);
    this.cut(verdict, link);
    if (verdict.supported) return;
    const sign = document.createElement("sup");
    sign.textContent = "?";
    sign.setAttribute("aria-hidden", "true");
    const said = document.createElement("span");
    said.className = "hidden";
    said.textContent = ` (${this.words.unsupported})`;
    link.append(sign, said);
  }

  withhold(range: { readonly start: number; readonly end: number }): void {
    const note = document.createElement("em");
    note.className = "withheld";
    this.cut(range, note);
  }

  private cut({ start, end }: { readonly start: number; readonly end: number }, element: HTMLElement): void {
    const from = start - this.at;
    const to = end - this.at;
    if (from < 0 || to > this.tail.length || from >= to) return; // overlaps an earlier one
    element.textContent = this.tail.slice(from, to).join("");
    this.node.before(this.tail.slice(0, from).join(""), element);
    this.tail = this.tail.slice(to);
    this.at = end;
    this.node.data = this.tail.join("");
  }
}
