// `<button data-copy="ID" hidden>` copies the text of an element; without script it stays hidden. Only loopback and https have a clipboard; elsewhere the text
// is selected, so that one key copies it.
import { announce } from "./announce";
import { within } from "./within";
import type { Words } from "./words";

const SHOWN = 2000;

/** Show the buttons, now that they do something. */
export function showCopyButtons(root: ParentNode): void {
  for (const button of within(root, "[data-copy]")) button.hidden = false;
}

export function copy(words: Words): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    const source = button && document.getElementById(button.dataset["copy"] ?? "");
    if (button && source) void copied(button, source, words);
  });
}

async function copied(button: HTMLElement, source: HTMLElement, words: Words): Promise<void> {
  const text = "value" in source ? String(source.value) : (source.textContent ?? "");
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    getSelection()?.selectAllChildren(source);
    announce(words.copyFailed);
    return;
  }
  announce(words.copied);
  const before = button.dataset["label"] ?? button.textContent ?? "";
  button.dataset["label"] = before;
  button.textContent = words.copied;
  setTimeout(() => {
    button.textContent = before;
  }, SHOWN);
}
