// The second module, loaded where a page has a figure: draws every `figure[data-chart]`.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { Format } from "./format";
import { onThemeChange } from "./palette";
import { Plot } from "./plot";
import type { Chart } from "./spec";
import type { Words } from "./words";

use([AriaComponent, BarChart, CanvasRenderer, GridComponent, LineChart, MarkLineComponent, TooltipComponent]);

const plots = new Map<HTMLElement, Plot>();
onThemeChange(() => requestAnimationFrame(() => plots.forEach((plot) => plot.draw())));

/** Draw a figure; where its data cannot be read, its table opens instead. */
export function draw(figure: HTMLElement, lang: string, words: Words): void {
  const box = figure.querySelector<HTMLElement>(".chart-plot");
  const data = figure.querySelector('script[type="application/json"]');
  if (!box || !data || plots.has(figure)) return;
  try {
    const chart = JSON.parse(data.textContent ?? "") as Chart;
    plots.set(figure, new Plot(figure, box, chart, new Format(lang, chart.tz), words));
  } catch (error) {
    box.hidden = true;
    figure.querySelector("details")?.setAttribute("open", "");
    throw error;
  }
}

/** Forget the figures that have left the page. */
export function sweep(): void {
  for (const [figure, plot] of plots) {
    if (figure.isConnected) continue;
    plot.dispose();
    plots.delete(figure);
  }
}
