// Runs before each page's own scripts: counts layout shifts, and offers `judge.layout()` and `judge.words()`.
(() => {
  const judge = { shift: 0 };
  window.judge = judge;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) judge.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const seen = (element) => element.checkVisibility() && getComputedStyle(element).visibility !== "hidden";
  const name = (element) =>
    `${element.tagName.toLowerCase()}${[...element.classList].map((c) => "." + c).join("")} “` +
    `${element.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}”`;

  /** What is wrong with the layout as it stands, one sentence each. */
  judge.layout = () => [...new Set([...sideways(), ...cut(), ...sticking(), ...tables(), ...overlaps()])].slice(0, 8);

  function* sideways() {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth) return;
    const held = (element) => {
      for (let up = element.parentElement; up; up = up.parentElement) {
        if (getComputedStyle(up).overflowX !== "visible") return true;
      }
      return false;
    };
    const wide = all("body *").filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1 && !held(e));
    yield `scrolls sideways, ${root.scrollWidth} in ${root.clientWidth}: ${wide.slice(0, 3).map(name).join(" · ")}`;
  }

  // Figures and names of columns that must be readable whole.
  function* cut() {
    for (const e of all(".tile b, .tile dt, .tile small, .change, .badge, h1, button, .button, .n, th.n")) {
      if (seen(e) && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline") {
        yield `cut, ${e.scrollWidth} in ${e.clientWidth}: ${name(e)}`;
      }
    }
  }

  function* sticking() {
    for (const e of all(".tile *, .card > header *, .page-head *, .facts *, .told *, .notice, .chip *")) {
      if (e.closest(".pop, .visually-hidden, .hidden, .name, .scroll, bdi") || !seen(e)) continue;
      const box = e.closest(".tile, .card, .page-head, main").getBoundingClientRect();
      const own = e.getBoundingClientRect();
      const by = Math.max(own.right - box.right, box.left - own.left);
      if (own.width && by > 1) yield `sticks out by ${Math.round(by)}: ${name(e)}`;
    }
  }

  // A table wider than its card hides figures on a screen that has room for them.
  function* tables() {
    if (innerWidth < 1280) return;
    for (const e of all(".scroll")) {
      if (seen(e) && e.scrollWidth > e.clientWidth + 1) {
        yield `table scrolls, ${e.scrollWidth} in ${e.clientWidth}: ${name(e)}`;
      }
    }
  }

  // Two texts of one head or tile do not lie on one another.
  function* overlaps() {
    for (const box of all(".tile, .card > header, .page-head, .facts > div, div.live, .pager, .foot")) {
      const parts = all("*", box).filter(
        (e) =>
          seen(e) &&
          !e.closest(".pop > :not(summary), .visually-hidden") &&
          [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()),
      );
      const rects = parts.map((e) => [...e.getClientRects()]);
      for (let i = 0; i < parts.length; i++) {
        for (let j = i + 1; j < parts.length; j++) {
          if (parts[i].contains(parts[j]) || parts[j].contains(parts[i])) continue;
          if (rects[i].some((a) => rects[j].some((b) => touch(a, b)))) {
            yield `lie on one another: ${name(parts[i])} and ${name(parts[j])}`;
          }
        }
      }
    }
  }

  function touch(a, b) {
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return wide > 2 && high > 5;
  }

  const RECORD = "pre, code, bdi, script, style, .said, .text, [dir=auto], option:not([value])";

  /** Every text and label that is ours: not the record's, not in another language by its own mark. */
  judge.words = () => {
    const own = document.documentElement.lang;
    const ours = (element) => !element.closest(RECORD) && element.closest("[lang]").lang === own;
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      if (node.data.trim() && ours(node.parentElement)) found.push(node.data.trim().replace(/\s+/g, " "));
    }
    for (const element of all("[aria-label], [title], [placeholder]").filter(ours)) {
      for (const label of ["aria-label", "title", "placeholder"]) {
        if (element.hasAttribute(label)) found.push(element.getAttribute(label));
      }
    }
    return found;
  };
})();
