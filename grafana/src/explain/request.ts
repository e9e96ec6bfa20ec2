/** What the service is asked: the body of `POST /sereno/api/explain`. */

export const ANALYSES = ['trends', 'anomalies', 'comparison', 'plain', 'diagnosis', 'question'] as const;
export type Analysis = (typeof ANALYSES)[number];

export interface Field {
  name: string;
  type: 'time' | 'number' | 'string';
  unit?: string;
  labels?: Record<string, string>;
  values: (number | string | null)[];
}

export interface Frame {
  name: string;
  fields: Field[];
}

/** A line in the chart that means something. */
export interface Line {
  value: number;
  name: string;
  above: boolean;
}

/** Something that happened beside the chart; times in milliseconds. */
export interface Happening {
  at: number;
  kind: 'deploy' | 'alert' | 'model' | 'drift' | 'other';
  title: string;
}

/** A chart as its panel drew it. */
export interface Chart {
  frames: Frame[];
  title: string;
  start: number;
  end: number;
  tz: string;
  thresholds: Line[];
  events: Happening[];
  /** As Grafana drew it, a data URL; only for models that see. */
  image?: string;
}

/** How it is to be told. `model` is empty for the service's own choice, `template` for none. */
export interface Telling {
  analysis: Analysis;
  question: string;
  model: string;
  language: string;
  strict: boolean;
  context: string;
}

/** The body to send. */
export function requestBody(chart: Chart, telling: Telling): Record<string, unknown> {
  return { ...chart, ...telling, model: telling.model === '' ? null : telling.model };
}
