// `<button data-copy="ID">` copies the text of an element. Only loopback and https have a clipboard; elsewhere the text
// is selected, so that one key copies it.
import { announce } from "./announce";
import type { Words } from "./words";

const SHOWN = 2000;

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
