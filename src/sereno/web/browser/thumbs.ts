// Two buttons that say what a person thought of an explanation: POST {"score": 1 or -1}; the last one counts.
import { announce } from "./announce";
import type { Words } from "./words";

export function thumbs(address: string, words: Words): HTMLElement {
  const group = document.createElement("span");
  group.className = "thumbs";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", words.thumbs);
  for (const [score, said, title] of [[1, words.thumbUp, words.thumbUpText], [-1, words.thumbDown, words.thumbDownText]] as const) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = said;
    button.title = title;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => void give(group, button, address, score, words));
    group.append(button);
  }
  return group;
}

async function give(group: HTMLElement, pressed: Element, address: string, score: number, words: Words): Promise<void> {
  const body = JSON.stringify({ score });
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body }).catch(() => undefined);
  if (!answer?.ok) return announce(words.failed);
  for (const button of group.children) button.setAttribute("aria-pressed", String(button === pressed));
  announce(words.thanks);
}
