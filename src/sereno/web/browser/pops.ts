// `<details class="pop">` lie over the page: Escape closes them and gives the focus back, a touch elsewhere closes them.

export function pops(): void {
  const opened = (): NodeListOf<HTMLDetailsElement> => document.querySelectorAll<HTMLDetailsElement>("details.pop[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const pop of opened()) {
      if (pop.contains(document.activeElement)) pop.querySelector("summary")?.focus();
      pop.open = false;
    }
  });
  document.addEventListener("pointerdown", (event) => {
    for (const pop of opened()) {
      if (!pop.contains(event.target as Node)) pop.open = false;
    }
  });
}
