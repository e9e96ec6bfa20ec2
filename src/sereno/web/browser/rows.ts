// Rows of calls and the like: `<tr data-href>` opens where it is clicked; its first link does so without script.

export function rows(): void {
  for (const kind of ["click", "auxclick"] as const) {
    document.addEventListener(kind, (event) => {
      const target = event.target as Element;
      const row = target.closest<HTMLElement>("tr[data-href]");
      if (!row || event.button > 1 || target.closest("a, button, input, select, label, summary")) return;
      if (getSelection()?.type === "Range") return; // the reader selects text
      open(row, event.button === 1 || event.ctrlKey || event.metaKey);
    });
  }
}

/** Move the focus to the next (1) or the previous (-1) row; rows are where their first link is. */
export function step(by: 1 | -1): void {
  const all = [...document.querySelectorAll<HTMLElement>("tr[data-href]")].filter((row) => row.querySelector("a"));
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[now < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, now + by))];
  next?.querySelector("a")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function open(row: HTMLElement, apart: boolean): void {
  const address = new URL(row.dataset["href"] ?? "", location.href);
  if (address.origin !== location.origin) return;
  if (apart) window.open(address, "_blank", "noopener");
  else location.assign(address);
}
