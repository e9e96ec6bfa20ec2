import type { DataQuery, DataSourceJsonData } from '@grafana/data';

export const KINDS = ['aggregations', 'totals', 'calls', 'sessions', 'slo', 'drift', 'drift_events'] as const;
export type Kind = (typeof KINDS)[number];

/** What figures can be taken by, as `GET /analytics/groups` names it. */
export const DIMENSIONS = [
  'model',
  'user',
  'session',
  'category',
  'status',
  'operation',
  'error_type',
  'key',
  'client',
  'upstream',
  'cost_source',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Figures over time, with the unit that Grafana shows them in. */
export const FIGURES: Record<string, string> = {
  messages: 'short',
  success: 'short',
  error: 'short',
  aborted: 'short',
  error_rate: 'percentunit',
  input_tokens: 'short',
  output_tokens: 'short',
  cost: 'currencyUSD',
  latency_p50: 's',
  latency_p95: 's',
  ttft_p95: 's',
};
export const INTERVALS = ['', '1m', '5m', '15m', '1h', '6h', '1d'] as const;
/** Filters that every question about calls takes. */
export const FILTERS = ['model', 'user', 'session', 'category', 'status', 'operation', 'search'] as const;
export type Filter = (typeof FILTERS)[number];

/** A query as it stands in a dashboard. */
export interface SerenoQuery extends DataQuery {
  kind: Kind;
  by?: Dimension | '';
  figures?: string[];
  interval?: string;
  filters?: Partial<Record<Filter, string>>;
  limit?: number;
}

export type SerenoSettings = DataSourceJsonData;

export const DEFAULT_QUERY: Partial<SerenoQuery> = { kind: 'aggregations', by: '', figures: ['messages'], interval: '', limit: 10 };
