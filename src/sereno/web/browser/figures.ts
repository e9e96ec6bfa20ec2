// Figures wait for their module and for the reader: drawn when near the window, so a long page is ready at once.
import { within } from "./within";
import type { Words } from "./words";

export function figures(root: ParentNode, lang: string, words: Words): void {
  const found = within(root, "figure[data-chart]");
  if (found.length === 0) return;
  const loaded = import("./charts");
  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        void loaded.then(({ draw, sweep }) => {
          sweep();
          draw(entry.target as HTMLElement, lang, words);
        });
      }
    },
    { rootMargin: "400px" },
  );
  found.forEach((figure) => near.observe(figure));
}
