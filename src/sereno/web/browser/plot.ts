// One figure: its canvas, what pointer and keys do on it, its legend. The data table below it is the server's.
import { type EChartsType, init } from "echarts/core";
import { join, mark } from "./crosshair";
import type { Format } from "./format";
import { NARROW, option } from "./option";
import { type Palette, palette } from "./palette";
import { type Chart, type Series, times } from "./spec";
import type { Words } from "./words";

export class Plot {
  private readonly canvas: HTMLDivElement;
  private readonly cross: HTMLDivElement;
  private readonly readout: HTMLParagraphElement;
  private readonly echarts: EChartsType;
  private readonly hidden = new Set<number>();
  private readonly moments: readonly number[] | null;
  private readonly resized: ResizeObserver;
  private readonly leave: () => void;
  private colours: Palette = palette();
  private at: number | null = null;
  private touched: number | null = null;
  private drawnAt = 0; // width of the box, pixels

  constructor(
    private readonly figure: HTMLElement,
    private readonly box: HTMLElement,
    private readonly chart: Chart,
    private readonly format: Format,
    private readonly words: Words,
  ) {
    this.moments = times(chart);
    this.canvas = add(box, "div", "chart-canvas");
    this.cross = add(box, "div", "chart-cross");
    this.cross.hidden = true;
    this.readout = add(figure, "p", "hidden");
    this.readout.setAttribute("aria-live", "polite");
    this.describe();
    this.echarts = init(this.canvas, null, { renderer: "canvas" });
    this.echarts.on("finished", () => {
      figure.dataset["drawn"] = "true";
    });
    this.echarts.on("updateAxisPointer", (event) => this.pointed(event));
    this.echarts.getZr().on("click", (event) => this.clicked(event.offsetX, "zrByTouch" in event.event));
    this.echarts.getZr().on("globalout", () => mark(this, null));
    this.listen();
    this.draw();
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(box);
    this.leave = join(this);
  }

  /** Draw anew: the colours or the series shown have changed. */
  draw(): void {
    const first = this.drawnAt === 0;
    this.drawnAt = this.box.clientWidth;
    this.colours = palette();
    this.echarts.setOption(
      option(this.chart, {
        format: this.format,
        palette: this.colours,
        width: this.box.clientWidth,
        still: !first || matchMedia("(prefers-reduced-motion: reduce)").matches,
        decals: matchMedia("(prefers-contrast: more)").matches,
        hidden: this.hidden,
        tip: (index) => this.tip(index),
      }),
      { notMerge: true },
    );
  }

  dispose(): void {
    this.leave();
    this.resized.disconnect();
    this.echarts.dispose();
  }

  mark(at: number | null): void {
    const first = this.moments?.[0];
    const last = this.moments?.at(-1);
    const seen = at !== null && first !== undefined && last !== undefined && at >= first && at <= last;
    this.cross.hidden = !seen;
    if (seen) this.cross.style.transform = `translateX(${this.pixel(this.nearest(at))}px)`;
  }

  private describe(): void {
    const linked = this.chart.links.some((link) => link !== null);
    this.box.tabIndex = 0;
    this.box.setAttribute("role", "application");
    this.box.setAttribute("aria-roledescription", this.words.chart);
    const help = linked ? `${this.words.chartHelp}. ${this.words.chartEnter}.` : `${this.words.chartHelp}.`;
    this.box.setAttribute("aria-label", `${this.chart.title}. ${help}`);
    this.box.classList.toggle("chart-linked", linked);
  }

  private listen(): void {
    this.box.addEventListener("keydown", (event) => this.pressed(event));
    this.box.addEventListener("blur", () => this.rest());
    this.figure.querySelectorAll(".chart-legend > li").forEach((item, index) => this.toggle(item, index));
  }

  private toggle(item: Element, index: number): void {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...item.childNodes);
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      if (!this.hidden.delete(index)) this.hidden.add(index);
      button.setAttribute("aria-pressed", String(!this.hidden.has(index)));
      this.rest();
      this.draw();
    });
    item.append(button);
  }

  private pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.chart.x.length - 1;
    const now = this.at ?? last + 1;
    const next = { ArrowLeft: now - 1, ArrowRight: this.at === null ? 0 : now + 1, PageUp: now - 10, PageDown: now + 10, Home: 0, End: last };
    if (event.key in next) {
      this.show(Math.min(last, Math.max(0, next[event.key as keyof typeof next])));
    } else if (event.key === "Enter" && this.at !== null) {
      this.follow(this.at);
    } else if (event.key === "Escape" && this.at !== null) {
      this.rest();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private show(index: number): void {
    this.at = index;
    this.echarts.dispatchAction({ type: "showTip", x: this.pixel(index), y: this.box.clientHeight / 3 });
    this.readout.textContent = this.told(index);
    mark(this, this.moments?.[index] ?? null);
  }

  private rest(): void {
    this.at = null;
    this.echarts.dispatchAction({ type: "hideTip" });
    this.echarts.dispatchAction({ type: "updateAxisPointer", currTrigger: "leave" });
    mark(this, null);
  }

  /** A finger's first touch shows the values, the second on the same point opens it. */
  private clicked(x: number, touch: boolean): void {
    const index = this.indexAt(x);
    if (touch && index !== this.touched) this.touched = index;
    else this.follow(index);
  }

  private follow(index: number | null): void {
    const link = index === null ? null : this.chart.links[index];
    if (link?.startsWith("/") && !/^\/[/\\]/.test(link)) location.assign(link);
  }

  private pointed(event: unknown): void {
    const { dataIndex } = event as { dataIndex?: number };
    if (this.moments && dataIndex !== undefined) mark(this, this.moments[dataIndex] ?? null);
  }

  private position(index: number): string {
    const at = this.moments?.[index];
    if (at === undefined) return String(this.chart.x[index]);
    const step = (this.moments?.[1] ?? at) - (this.moments?.[0] ?? at);
    return this.format.moment(at, step || 1);
  }

  private told(index: number): string {
    const parts = this.shown().map((series) => `${series.name} ${this.format.value(series.values[index], this.chart.unit)}`);
    const note = this.chart.notes[index];
    return `${this.position(index)}: ${parts.join("; ")}${note ? `. ${note}` : ""}`;
  }

  private tip(index: number): HTMLElement {
    const tip = document.createElement("div");
    add(tip, "b", "").textContent = this.position(index);
    const line = (name: string, value: number | null | undefined, colour: string): void => {
      const row = add(tip, "div", "chart-tip-row");
      add(row, "i", "").style.background = colour;
      add(row, "bdi", "").textContent = name;
      add(row, "b", "").textContent = this.format.value(value, this.chart.unit);
    };
    for (const series of this.shown()) line(series.name, series.values[index], this.colours.tone(series.tone));
    const whole = this.total(index);
    if (whole !== null) line(this.words.total, whole, "transparent");
    const note = this.chart.notes[index];
    if (note) add(tip, "p", "").textContent = note;
    return tip;
  }

  private shown(): readonly Series[] {
    return this.chart.series.filter((_, index) => !this.hidden.has(index));
  }

  /** The sum of what stands on one another, null where a part is unknown: the sum is then unknown too. */
  private total(index: number): number | null {
    const values = this.shown().map((series) => series.values[index] ?? null);
    const stacked = this.chart.kind === "stacked" || this.chart.kind === "bars";
    if (!stacked || values.length < 2) return null;
    return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0 as number | null);
  }

  private pixel(index: number): number {
    const at = this.moments?.[index];
    const bars = this.chart.kind === "bars" || this.chart.kind === "histogram";
    return Number(this.echarts.convertToPixel({ xAxisIndex: 0 }, at !== undefined && !bars ? this.format.wall(at) : index));
  }

  private indexAt(x: number): number | null {
    let [best, distance] = [null as number | null, Infinity];
    for (let index = 0; index < this.chart.x.length; index++) {
      const away = Math.abs(this.pixel(index) - x);
      if (away < distance) [best, distance] = [index, away];
    }
    return best;
  }

  private nearest(at: number): number {
    const moments = this.moments ?? [];
    let best = 0;
    for (let index = 1; index < moments.length; index++) {
      if (Math.abs((moments[index] ?? 0) - at) < Math.abs((moments[best] ?? 0) - at)) best = index;
    }
    return best;
  }

  /** Another size: labels are chosen anew where their room has changed by much. */
  private fit(): void {
    const width = this.box.clientWidth;
    this.echarts.resize();
    if (width < NARROW !== this.drawnAt < NARROW || Math.abs(width - this.drawnAt) > 80) this.draw();
  }
}

function add<Name extends keyof HTMLElementTagNameMap>(to: Element, name: Name, kind: string): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  to.append(made);
  return made;
}
