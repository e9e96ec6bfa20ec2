// `<form data-explain="ID">`: asks for the explanation with the narrator chosen and shows it in the element as it comes.
// Without script the form is a link to the same page told by templates.
//
// In the form: `<script type="application/json">` holds the figures, `[data-explain-model]` and `[data-explain-strict]`
// are enabled by script, `[data-explain-stop]` while words come. `[data-explain-score]` beside the element says the end.
import { announce } from "./announce";
import { events } from "./events";
import { Told, type Verdict } from "./told";
import { thumbs } from "./thumbs";
import { within } from "./within";
import type { Words } from "./words";

const API = "/sereno/api/explain";

export function explain(root: ParentNode, words: Words): void {
  for (const form of within(root, "form[data-explain]")) {
    const box = document.getElementById(form.dataset["explain"] ?? "");
    const figures = form.querySelector('script[type="application/json"]')?.textContent;
    if (box && figures) new Explaining(form as HTMLFormElement, box, figures, words);
  }
}

class Explaining {
  private readonly model: HTMLSelectElement;
  private readonly strict: HTMLInputElement;
  private readonly stop: HTMLButtonElement;
  private readonly score: HTMLElement;
  private running: AbortController | undefined;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly box: HTMLElement,
    private readonly figures: string,
    private readonly words: Words,
  ) {
    this.model = part(form, "[data-explain-model]");
    this.strict = part(form, "[data-explain-strict]");
    this.stop = part(form, "[data-explain-stop]");
    this.score = part(document, "[data-explain-score]");
    this.strict.disabled = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run();
    });
    this.stop.addEventListener("click", () => this.running?.abort());
    void this.offer();
  }

  /** The models of the server, behind the templates that are always there. */
  private async offer(): Promise<void> {
    this.model.disabled = false;
    const answer = await fetch(`${API}/models`).catch(() => undefined);
    if (!answer?.ok) return;
    const found = (await answer.json()) as readonly { readonly name: string }[];
    for (const { name } of found.slice(1)) this.model.add(new Option(name, name));
  }

  private async run(): Promise<void> {
    this.running?.abort();
    const mine = new AbortController();
    this.running = mine;
    const told = new Told(this.box, this.words);
    this.box.setAttribute("aria-busy", "true");
    this.stop.disabled = false;
    this.score.classList.remove("bad");
    this.say(this.words.explaining);
    try {
      const answer = await fetch(API, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(this.asked()),
        signal: mine.signal,
      });
      if (!answer.ok || !answer.body) throw new Error(await trouble(answer));
      let id = "";
      for await (const { name, data } of events(answer.body)) {
        if (name === "facts") id = (data as { id: string }).id;
        else if (name === "text") told.add((data as { text: string }).text);
        else if (name === "verification") told.judge(data as Verdict);
        else if (name === "withheld") told.withhold(data as Verdict);
        else if (name === "error") this.fail((data as { detail: string }).detail);
        else if (name === "end") this.end(data as End, id);
      }
    } catch (error) {
      if (mine.signal.aborted) {
        if (this.running === mine) this.say(this.words.explainStopped);
      } else this.fail(error instanceof TypeError ? this.words.failed : String((error as Error).message));
    } finally {
      if (this.running === mine) {
        // It leaves the page: whoever stood on it stands on what begins again, not nowhere.
        if (document.activeElement === this.stop) part<HTMLButtonElement>(this.form, "button.main").focus();
        this.stop.disabled = true;
        this.box.removeAttribute("aria-busy");
      }
    }
  }

  private asked(): object {
    const given = new FormData(this.form);
    const question = String(given.get("question") ?? "").trim();
    const analysis = String(given.get("analysis"));
    const asks = question && analysis === "trends";
    return {
      ...(JSON.parse(this.figures) as object),
      analysis: asks ? "question" : analysis === "question" && !question ? "trends" : analysis,
      question,
      model: this.model.value,
      strict: this.strict.checked,
    };
  }

  private end(end: End, id: string): void {
    const by = end.model ?? this.model.options[0]?.text ?? "";
    const score = this.words.explainScore.replace("{supported}", String(end.supported)).replace("{numbers}", String(end.numbers));
    const text = `${end.numbers ? score : this.words.explainNothing} ${by}, ${end.seconds.toFixed(1)} s.`;
    if (this.score.classList.contains("bad")) this.score.append(` ${text}`);
    else this.say(text);
    if (id) this.score.append(" ", thumbs(`${API}/${id}/feedback`, this.words));
    announce(text);
  }

  private say(text: string): void {
    this.score.textContent = text;
  }

  private fail(text: string): void {
    this.score.classList.add("bad");
    this.say(text);
    announce(text);
  }
}

interface End {
  readonly supported: number;
  readonly numbers: number;
  readonly model: string | null;
  readonly seconds: number;
}

function part<E extends HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

async function trouble(answer: Response): Promise<string> {
  const document = (await answer.json().catch(() => ({}))) as { detail?: string };
  return document.detail ?? `${answer.status} ${answer.statusText}`;
}
