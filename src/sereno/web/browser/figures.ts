// Figures wait for their module, then those in sight are drawn at once and the others when the browser is idle: a long
// page is ready early, and whole when it is printed.
import { within } from "./within";
import type { Words } from "./words";

const NEAR = 400; // pixels below the window

export function figures(root: ParentNode, lang: string, words: Words): void {
  const found = within(root, "figure[data-chart]");
  if (found.length === 0) return;
  void import("./charts").then(({ draw, sweep }) => {
    sweep();
    const waiting = found.filter((figure) => {
      const near = figure.getBoundingClientRect().top < innerHeight + NEAR;
      if (near) draw(figure, lang, words);
      return !near;
    });
    const next = (): void => {
      const figure = waiting.shift();
      if (!figure) return;
      if (figure.isConnected) draw(figure, lang, words);
      idle(next);
    };
    idle(next);
  });
}

function idle(then: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(then, { timeout: 500 });
  else setTimeout(then, 50); // Safari
}
