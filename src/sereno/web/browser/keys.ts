// Keyboard shortcuts: `/` search, `j` `k` rows, `g` and a letter for the pages (`[data-key]`), `?` this list. They rest
// while the reader types, and the list can turn them off (WCAG 2.1.4: single keys may be in the way of speech input).
import { step } from "./rows";
import type { Words } from "./words";

const OFF = "sereno_keys_off";

export function keys(words: Words): void {
  let page = false; // whether the next letter names a page; nobody is hurried (WCAG 2.2.1)
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      list(words);
      return;
    }
    if (off() || document.querySelector("dialog[open]")) return;
    const link = page ? pages().get(event.key) : undefined;
    page = false;
    if (link) {
      event.preventDefault();
      link.click();
      return;
    }
    if (event.key === "g") {
      page = true;
    } else if (event.key === "j" || event.key === "k") {
      step(event.key === "j" ? 1 : -1);
    } else if (event.key === "/") {
      const field = document.querySelector<HTMLInputElement>("[data-search]");
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select();
    }
  });
  for (const button of document.querySelectorAll<HTMLElement>("[data-shortcuts]")) {
    button.hidden = false;
    button.addEventListener("click", () => list(words));
  }
}

/** The letter of each page: the one it asks for, or the first of its name that is free. */
function pages(): Map<string, HTMLElement> {
  const found = new Map<string, HTMLElement>();
  for (const link of document.querySelectorAll<HTMLElement>("a[data-key]")) {
    const wanted = (link.dataset["key"] ?? "") + nameOf(link).toLowerCase().replace(/[^a-z]/g, "");
    const key = [...wanted].find((letter) => !found.has(letter));
    if (key) found.set(key, link);
  }
  return found;
}

function nameOf(link: HTMLElement): string {
  return link.textContent?.trim() ?? "";
}

const TYPED = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), select, textarea";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches(TYPED));
}

function off(): boolean {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

function list(words: Words): void {
  const before = document.querySelector<HTMLDialogElement>("dialog.keys");
  const dialog = before ?? made(words);
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

function made(words: Words): HTMLDialogElement {
  const dialog = add(document.body, "dialog");
  dialog.className = "keys";
  const title = add(dialog, "h2", words.shortcuts);
  title.id = "keys-title";
  dialog.setAttribute("aria-labelledby", title.id);
  const rows = add(dialog, "dl");
  const ways = [...pages()].map(([key, link]) => [`g ${key}`, nameOf(link)] as const);
  const fixed = [
    ["/", words.keySearch],
    ["j", words.keyNext],
    ["k", words.keyPrevious],
    ["↵", words.keyOpen],
    ["?", words.keyHelp],
  ] as const;
  for (const [keys, does] of [...fixed, ...ways]) {
    const row = add(rows, "div");
    const name = add(row, "dt");
    for (const key of keys.split(" ")) add(name, "kbd", key);
    add(row, "dd", does);
  }
  const label = add(dialog, "label");
  const box = add(label, "input");
  box.type = "checkbox";
  box.checked = !off();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(OFF, box.checked ? "0" : "1");
    } catch {
      // storage is off: the choice holds for nothing, and the box says so
      box.checked = true;
    }
  });
  label.append(` ${words.keysOn}`);
  const close = add(dialog, "button", words.keyClose);
  close.type = "button";
  close.autofocus = true;
  close.addEventListener("click", () => dialog.close());
  return dialog;
}

function add<Name extends keyof HTMLElementTagNameMap>(to: Element, name: Name, text = ""): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.textContent = text;
  to.append(element);
  return element;
}
