// A table that grows while one looks: server-sent events tell that calls were stored, the server renders their rows.
//
//   <div data-live="EVENTS" data-live-rows="ROWS" data-live-into="ID">
//     <button data-live-toggle aria-pressed="false" hidden>…</button> <span data-live-state></span>
//   </div>
//
// EVENTS is an address like /analytics/live, whose events carry the ingest sequence as id. ROWS answers `<tr>`s, newest
// first, of what was stored after the sequence in its parameter `after`. ID names the tbody. Rows are known by their
// `data-href`, so one that is told twice is shown once.
import { announce } from "./announce";
import { within } from "./within";
import type { Words } from "./words";

const MOST_ROWS = 200;
const GATHER = 250;

export function live(root: ParentNode, words: Words, added: (row: HTMLElement) => void): void {
  for (const element of within(root, "[data-live]")) {
    const button = element.querySelector<HTMLElement>("[data-live-toggle]");
    const body = document.getElementById(element.dataset["liveInto"] ?? "");
    if (!button || !body) continue;
    button.hidden = false;
    const tail = new Tail(element, body, words, added);
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      if (on) tail.start();
      else tail.stop(words.liveOff);
    });
    document.addEventListener("visibilitychange", () => {
      if (button.getAttribute("aria-pressed") !== "true") return;
      if (document.hidden) tail.stop(words.livePaused);
      else tail.start();
    });
  }
}

class Tail {
  private source: EventSource | undefined;
  private timer: number | undefined;
  private fetched: number | undefined; // the sequence up to which rows are in the table
  private waiting = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly body: HTMLElement,
    private readonly words: Words,
    private readonly added: (row: HTMLElement) => void,
  ) {}

  start(): void {
    this.source?.close();
    this.say("connecting", this.words.liveConnecting);
    const address = here(this.element.dataset["live"]);
    if (!address) return;
    if (this.fetched !== undefined) address.searchParams.set("after", String(this.fetched)); // nothing lost in a pause
    const source = new EventSource(address);
    this.source = source;
    source.addEventListener("open", () => this.say("open", this.words.liveOpen));
    source.addEventListener("message", (event) => this.told(Number(event.lastEventId)));
    source.addEventListener("error", () => {
      const refused = source.readyState === EventSource.CLOSED;
      this.say(refused ? "refused" : "lost", refused ? this.words.liveRefused : this.words.liveLost);
    });
  }

  stop(state: string): void {
    this.source?.close();
    this.source = undefined;
    this.say("off", state);
  }

  private told(sequence: number): void {
    if (!Number.isSafeInteger(sequence)) return;
    this.fetched ??= sequence - 1;
    this.timer ??= window.setTimeout(() => void this.fetch(), GATHER);
    this.waiting = true;
    this.last = Math.max(this.last, sequence);
  }

  private last = -1;

  private async fetch(): Promise<void> {
    const address = here(this.element.dataset["liveRows"]);
    const upTo = this.last;
    this.waiting = false;
    try {
      if (address && this.fetched !== undefined) {
        address.searchParams.set("after", String(this.fetched));
        const answer = await fetch(address, { headers: { Accept: "text/html" } });
        if (!answer.ok) throw new Error(`${answer.status} from ${address.pathname}`);
        this.insert(await answer.text());
        this.fetched = upTo;
      }
    } catch {
      this.waiting = true; // asked again with the next rows
      this.say("lost", this.words.liveLost);
    } finally {
      this.timer = this.waiting && this.source ? window.setTimeout(() => void this.fetch(), 4 * GATHER) : undefined;
    }
  }

  private insert(html: string): void {
    const template = document.createElement("template");
    template.innerHTML = html; // the server's own fragment, escaped there; scripts in it would not run
    const known = new Set([...this.body.children].map((row) => (row as HTMLElement).dataset["href"]));
    const fresh = [...template.content.querySelectorAll<HTMLElement>("tr")].filter((row) => !known.has(row.dataset["href"]));
    this.body.prepend(...fresh);
    for (const row of fresh) {
      row.classList.add("new"); // the style sheet lets it fade
      this.added(row);
    }
    while (this.body.children.length > MOST_ROWS) this.body.lastElementChild?.remove();
    if (fresh.length) announce(`${fresh.length} ${this.words.newRows}`);
  }

  private say(state: string, text: string): void {
    this.element.dataset["liveNow"] = state;
    const shown = this.element.querySelector("[data-live-state]");
    if (shown) shown.textContent = text;
  }
}

/** An address of this site, else null. */
function here(text: string | undefined): URL | null {
  const address = text ? new URL(text, location.href) : null;
  return address?.origin === location.origin ? address : null;
}
