// A figure as the page carries it: the JSON of sereno.web.charts.Chart, whose docstrings say what each part means.

export type Unit =
  | "seconds" | "count" | "per_second" | "dollars" | "ratio" | "bytes" | "tokens" | "tokens_per_second";

export type Tone = "accent" | "good" | "warn" | "bad" | "s1" | "s2" | "s3" | "s4" | "s5" | "s6" | "s7" | "s8";

export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly tone: Tone;
}

export interface Chart {
  readonly kind: "lines" | "area" | "stacked" | "bars" | "histogram";
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  readonly x: readonly number[] | readonly string[];
  readonly series: readonly Series[];
  readonly thresholds: readonly { readonly name: string; readonly value: number; readonly tone: Tone }[];
  readonly links: readonly (string | null)[];
  readonly notes: readonly string[];
  readonly tz: string;
}

/** Epoch seconds of the positions, or null where they are categories. */
export function times(chart: Chart): readonly number[] | null {
  return typeof chart.x[0] === "number" ? (chart.x as readonly number[]) : null;
}
