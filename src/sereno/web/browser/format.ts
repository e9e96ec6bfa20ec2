// Figures and times as people read them, by the rules of sereno.web.shown: few digits, a unit, a dash for the unknown.
import type { Unit } from "./spec";

const UNKNOWN = "–";
const SPACE = "\u00a0";

export class Format {
  private readonly spanish: boolean;

  constructor(
    private readonly lang: string,
    private readonly zone: string,
  ) {
    this.spanish = lang.startsWith("es");
  }

  /** A value with its unit. */
  value(value: number | null | undefined, unit: Unit): string {
    if (value === null || value === undefined) return UNKNOWN;
    switch (unit) {
      case "seconds":
        return this.seconds(value);
      case "dollars": {
        const size = Math.abs(value);
        const text = size && size < 1 ? this.significant(value, 3) : this.fixed(value, size ? 2 : 0);
        return this.spanish ? `${text}${SPACE}US$` : `$${text}`;
      }
      case "ratio":
        return `${this.significant(value * 100, 3)}${this.spanish ? SPACE : ""}%`;
      case "bytes":
        return this.scaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
      case "per_second":
        return `${this.count(value)}/s`;
      case "tokens":
        return `${this.count(value)}${SPACE}tok`;
      case "tokens_per_second":
        return `${this.count(value)}${SPACE}tok/s`;
      case "count":
        return this.count(value);
    }
  }

  /** A moment in the page's zone, as exact as the distance of the points: `step` in seconds. */
  moment(at: number, step: number): string {
    const day = { day: "numeric", month: "short", timeZone: this.zone } as const;
    if (step >= 86400) return this.date(at, { weekday: "short", ...day });
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
    return this.date(at, { ...day, ...clock, ...(step < 60 ? { second: "2-digit" } : {}) });
  }

  /** A label of a time axis, for a moment already moved to the page's zone (milliseconds). */
  tick(at: number): string {
    const zone = { timeZone: "UTC" } as const;
    const seconds = Math.round(at / 1000);
    if (seconds % 86400 === 0) return this.date(seconds, { day: "numeric", month: "short", ...zone });
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone } as const;
    return this.date(seconds, seconds % 60 === 0 ? clock : { ...clock, second: "2-digit" });
  }

  /** Milliseconds whose UTC reading is the wall clock of the page's zone at `at` (epoch seconds). */
  wall(at: number): number {
    return (at + this.offset(Math.floor(at / 900))) * 1000;
  }

  private readonly offsets = new Map<number, number>();

  private offset(quarter: number): number {
    let known = this.offsets.get(quarter);
    if (known === undefined) {
      const at = quarter * 900; // every zone changes at a quarter of an hour
      const parts = this.formatter({
        timeZone: this.zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric",
        hour: "numeric", minute: "numeric", second: "numeric",
      }).formatToParts(at * 1000);
      const part = (type: string): number => Number(parts.find((found) => found.type === type)?.value);
      const read = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
      known = read / 1000 - at;
      this.offsets.set(quarter, known);
    }
    return known;
  }

  private date(at: number, options: Intl.DateTimeFormatOptions): string {
    return this.formatter(options).format(at * 1000);
  }

  private readonly formatters = new Map<string, Intl.DateTimeFormat>();

  private formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const key = JSON.stringify(options);
    let known = this.formatters.get(key);
    if (!known) {
      const lang = "year" in options ? "en-US" : this.lang; // `offset` reads Gregorian figures
      known = new Intl.DateTimeFormat(lang, options);
      this.formatters.set(key, known);
    }
    return known;
  }

  private seconds(value: number): string {
    if (value === 0) return `0${SPACE}s`;
    if (value < 0.9995) return `${this.significant(value * 1000, value < 0.00995 ? 2 : 3)}${SPACE}ms`;
    if (value < 59.95) return `${this.significant(value, 3)}${SPACE}s`;
    const whole = Math.round(value);
    for (const [size, unit, less, below] of [[60, "min", 1, "s"], [3600, "h", 60, "min"]] as const) {
      if (whole < size * (unit === "min" ? 60 : 24)) return this.pair(whole, size, unit, less, below);
    }
    return this.pair(whole, 86400, "d", 3600, "h");
  }

  private pair(whole: number, size: number, unit: string, less: number, below: string): string {
    const rest = Math.floor((whole % size) / less);
    const first = `${this.fixed(Math.floor(whole / size), 0)}${SPACE}${unit}`;
    return rest ? `${first}${SPACE}${rest}${SPACE}${below}` : first;
  }

  private count(value: number): string {
    if (Math.abs(value) < 10_000) return Number.isInteger(value) ? this.fixed(value, 0) : this.significant(value, 3);
    return this.scaled(value, 1000, ["", this.spanish ? "mil" : "k", "M", "G", "T"]);
  }

  private scaled(value: number, base: number, units: readonly string[]): string {
    let [size, step] = [value, 0];
    while (Math.abs(size) >= base - 0.5 && step < units.length - 1) [size, step] = [size / base, step + 1];
    const text = step ? this.significant(size, 3) : this.fixed(size, 0);
    return units[step] ? `${text}${SPACE}${units[step]}` : text;
  }

  private fixed(value: number, digits: number): string {
    return new Intl.NumberFormat(this.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  }

  private significant(value: number, digits: number): string {
    if (Math.abs(value) >= 10 ** digits) return this.fixed(value, 0);
    return new Intl.NumberFormat(this.lang, { maximumSignificantDigits: digits }).format(value);
  }
}
