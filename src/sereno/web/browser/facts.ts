// `a.claim[href="#fact-…"]`: pointing at a claim, or reaching it by keyboard, shows the words of its fact beside it and
// marks the fact's row. Escape hides them (WCAG 1.4.13).

let tip: HTMLElement | undefined;
let shown: HTMLElement | undefined;

export function facts(): void {
  for (const kind of ["pointerover", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const target = event.target as Element;
      const claim = target.closest<HTMLElement>("a.claim");
      if (claim) show(claim);
      else if (!target.closest(".fact-tip")) hide();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}

function show(claim: HTMLElement): void {
  const row = document.getElementById((claim.getAttribute("href") ?? "").split("#")[1] ?? "");
  const said = row?.querySelector("td")?.textContent;
  if (!row || !said || claim === shown) return;
  hide();
  shown = claim;
  claim.removeAttribute("title"); // said once
  row.classList.add("pointed");
  tip ??= document.createElement("div");
  tip.className = "fact-tip";
  tip.id = "fact-tip";
  tip.setAttribute("role", "tooltip");
  tip.textContent = said;
  document.body.append(tip);
  claim.setAttribute("aria-describedby", tip.id);
  const at = claim.getClientRects()[0] ?? claim.getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - tip.offsetWidth - 8);
  tip.style.left = `${Math.max(8, left) + scrollX}px`;
  tip.style.top = `${at.bottom + 4 + scrollY}px`;
}

function hide(): void {
  tip?.remove();
  shown?.removeAttribute("aria-describedby");
  document.querySelector(".facts tr.pointed")?.classList.remove("pointed");
  shown = undefined;
}
