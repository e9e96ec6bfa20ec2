// A figure as an ECharts option. Pure but for the tooltip's elements: the same figure, colours and width, the same option.
import type { EChartsCoreOption } from "echarts/core";
import type { Format } from "./format";
import type { Palette } from "./palette";
import { type Chart, type Series, times } from "./spec";

export interface Look {
  readonly format: Format;
  readonly palette: Palette;
  /** Of the plot, in pixels. */
  readonly width: number;
  readonly still: boolean;
  readonly decals: boolean;
  readonly hidden: ReadonlySet<number>;
  readonly tip: (index: number) => HTMLElement;
}

const SPLITS = 4; // steps of the value axis, about
const SIZE = 12;
export const NARROW = 480;
const DAY = 86_400;
const WEEK = 7 * DAY;
const ROUND = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY, 2 * DAY, WEEK];

export function option(chart: Chart, look: Look): EChartsCoreOption {
  const { palette, format } = look;
  const text = { color: palette.soft, fontFamily: palette.font, fontSize: SIZE };
  const moments = times(chart);
  const bars = chart.kind === "bars" || chart.kind === "histogram";
  const shown = chart.series.filter((_, index) => !look.hidden.has(index));
  return {
    animation: !look.still,
    animationDuration: 200,
    animationDurationUpdate: 0,
    useUTC: true, // moments are moved to the page's zone by Format.wall
    textStyle: text,
    aria: {
      enabled: true,
      label: { description: [chart.title, chart.description].filter(Boolean).join(". ") },
      decal: { show: look.decals },
    },
    grid: { left: 1, right: 12, top: 14, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: {
      trigger: "axis",
      renderMode: "html",
      className: "chart-tip",
      confine: true,
      transitionDuration: 0,
      backgroundColor: palette.card,
      borderColor: palette.line,
      textStyle: { ...text, color: palette.ink },
      axisPointer: { type: bars ? "shadow" : "line", animation: false, lineStyle: { color: palette.soft }, label: { show: false } },
      // Elements, not markup: the content security policy allows no style attribute, and names are not ours.
      formatter: (found: unknown) => look.tip(indexOf(found)),
    },
    xAxis: {
      type: moments && !bars ? "time" : "category",
      ...(moments && !bars ? { min: "dataMin", max: "dataMax" } : { data: labels(chart, format) }),
      boundaryGap: bars,
      splitNumber: ticks(look),
      axisLine: { lineStyle: { color: palette.line } },
      axisTick: { show: false },
      axisLabel: {
        ...text,
        hideOverlap: true,
        showMinLabel: moments && !bars ? false : null,
        showMaxLabel: moments && !bars ? false : null,
        ...(moments
          ? bars
            ? { interval: marked(moments, look) }
            : { formatter: (at: number) => format.tick(at) }
          : { interval: 0, ...room(chart, look) }),
      },
    },
    yAxis: {
      type: "value",
      splitNumber: SPLITS,
      ...top(chart, shown),
      ...(whole(chart) ? { minInterval: 1 } : {}),
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: { ...text, formatter: (value: number) => format.value(value, chart.unit === "tokens" ? "count" : chart.unit) },
    },
    series: shown.map((series, index) => ({
      ...(bars ? bar(chart) : line(chart)),
      id: String(chart.series.indexOf(series)),
      name: series.name,
      color: palette.tone(series.tone),
      data: moments && !bars ? points(series, moments, format) : [...series.values],
      ...(index === 0 ? { markLine: levels(chart, look) } : {}),
    })),
  };
}

function indexOf(found: unknown): number {
  const first: unknown = Array.isArray(found) ? found[0] : found;
  return (first as { dataIndex?: number } | undefined)?.dataIndex ?? 0;
}

function labels(chart: Chart, format: Format): string[] {
  const moments = times(chart);
  return moments ? moments.map((at) => format.tick(format.wall(at))) : (chart.x as readonly string[]).slice();
}

/** A bin "a – b" is named by its upper end, which is what there is room for; other names are cut. */
function room(chart: Chart, look: Look): object {
  const bins = chart.kind === "histogram";
  const width = Math.max(bins ? 76 : 48, (look.width - 56) / chart.x.length - 12);
  return { width, overflow: "truncate", ...(bins ? { formatter: (name: string) => name.replace(/^.+ – /, "≤ "), alignMaxLabel: "right" } : {}) };
}

/** About how many labels an axis of time has room for. */
function ticks(look: Look): number {
  return look.width < NARROW ? 3 : 6;
}

/** Which bars of time bear a label: those at a round time of day. */
function marked(moments: readonly number[], look: Look): (index: number) => boolean {
  const span = (moments.at(-1) ?? 0) - (moments[0] ?? 0);
  const step = ROUND.find((size) => size * ticks(look) >= span) ?? Math.ceil(span / ticks(look) / WEEK) * WEEK;
  const round = moments.map((at) => (look.format.wall(at) / 1000) % step === 0);
  const each = Math.ceil(moments.length / ticks(look));
  return (index) => (round.includes(true) ? round[index] === true : index % each === 0);
}

/** Points of a line. One between two gaps would not show: it gets a dot. */
function points(series: Series, moments: readonly number[], format: Format): unknown[] {
  const known = (index: number): boolean => typeof series.values[index] === "number";
  return moments.map((at, index) => {
    const value = [format.wall(at), series.values[index] ?? null];
    const alone = known(index) && !known(index - 1) && !known(index + 1);
    return alone ? { value, symbol: "circle", symbolSize: 5 } : value;
  });
}

function line(chart: Chart): object {
  const filled = chart.kind !== "lines";
  return {
    type: "line",
    symbol: "none",
    connectNulls: false,
    lineStyle: { width: chart.kind === "stacked" ? 1 : 2 },
    emphasis: { disabled: true },
    ...(filled ? { areaStyle: { opacity: chart.kind === "stacked" ? 0.55 : 0.16 } } : {}),
    ...(chart.kind === "stacked" ? { stack: "all" } : {}),
  };
}

function bar(chart: Chart): object {
  return {
    type: "bar",
    barMaxWidth: 48,
    barCategoryGap: chart.kind === "histogram" ? "4%" : "25%",
    ...(chart.kind === "histogram" ? { barMaxWidth: undefined } : {}),
    emphasis: { disabled: true },
    ...(chart.kind === "bars" && chart.series.length > 1 ? { stack: "all" } : {}),
  };
}

function levels(chart: Chart, look: Look): object {
  return {
    silent: true,
    symbol: "none",
    animation: false,
    data: chart.thresholds.map((level) => ({
      yAxis: level.value,
      lineStyle: { color: look.palette.tone(level.tone), type: "dashed", width: 1 },
      label: {
        formatter: level.name,
        position: "insideEndTop",
        color: look.palette.tone(level.tone),
        fontFamily: look.palette.font,
        fontSize: SIZE,
        textBorderColor: look.palette.card,
        textBorderWidth: 2,
      },
    })),
  };
}

/** The step of an axis of bytes: 1, 2 or 5 times a power of 1024 or its tenths, so that labels in KiB and MiB are round. */
function binaryStep(wanted: number): number {
  const unit = 1024 ** Math.max(0, Math.floor(Math.log(wanted) / Math.log(1024)));
  const scaled = wanted / unit;
  const ten = 10 ** Math.floor(Math.log10(scaled));
  const step = [1, 2, 5, 10].find((nice) => nice * ten >= scaled) ?? 10;
  return Math.max(1, step * ten * unit);
}

const SHARES = { max: 1, interval: 0.25 };
const HIGH = 0.75; // a share from which on ECharts' round steps would lead beyond 100 %

/** The axis reaches a level that lies not too far above the values; one far above would press them flat. Shares end at 1. */
function top(chart: Chart, shown: readonly Series[]): { max?: number; interval?: number } {
  const stacked = chart.kind === "stacked" || chart.kind === "bars";
  const sums = chart.x.map((_, index) => {
    const values = shown.map((series) => series.values[index] ?? 0);
    return stacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  const most = sums.reduce((left, right) => Math.max(left, right), 0);
  const near = chart.thresholds.map((level) => level.value).filter((value) => value > most && (most === 0 || value <= most * 3));
  const highest = Math.max(most, ...near);
  if (chart.unit === "ratio" && highest <= 1 && (highest === 0 || highest > HIGH)) return SHARES;
  if (near.length === 0) return chart.unit === "bytes" && most > 0 ? { interval: binaryStep(most / SPLITS) } : {};
  const room = Math.max(...near) * 1.05;
  const decade = 10 ** Math.floor(Math.log10(room / 4));
  const interval = ([1, 2, 2.5, 5].find((step) => step * decade >= room / 4) ?? 10) * decade;
  return { max: Math.ceil(room / interval) * interval, interval };
}

/** Values that are counted one by one have no ticks between them. */
function whole(chart: Chart): boolean {
  return chart.unit === "count" || chart.unit === "tokens" || chart.unit === "bytes";
}
