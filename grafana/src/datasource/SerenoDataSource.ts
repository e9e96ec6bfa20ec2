import {
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type LegacyMetricFindQueryOptions,
  LoadingState,
  type MetricFindValue,
  type ScopedVars,
  type TestDataSourceResponse,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { ianaZone } from '../explain/zone';
import { check } from '../service/check';
import { problemOfError } from '../service/problem';
import { texts } from '../texts/texts';
import { DEFAULT_QUERY, type Filter, type SerenoQuery, type SerenoSettings } from './query';
import { answer, valuesOf } from './questions';

/** Sereno's record of calls as a data source. It has no address of its own: it asks through the app's routes. */
export class SerenoDataSource extends DataSourceApi<SerenoQuery, SerenoSettings> {
  /** Drift events can stand as annotations on any dashboard, where explanations take them as possible causes. */
  override annotations = {};

  override getDefaultQuery(): Partial<SerenoQuery> {
    return DEFAULT_QUERY;
  }

  override async query(request: DataQueryRequest<SerenoQuery>): Promise<DataQueryResponse> {
    const { from, to } = request.range;
    const span = { from: from.valueOf(), to: to.valueOf(), tz: ianaZone(request.timezone), points: request.maxDataPoints ?? 1000 };
    const queries = request.targets.filter(({ hide }) => !hide).map((query) => filled({ ...DEFAULT_QUERY, ...query }, request.scopedVars));
    const answers = await Promise.allSettled(queries.map((query) => answer(query, span)));
    const errors = answers.flatMap((settled, at) =>
      settled.status === 'rejected' ? [{ refId: queries[at]?.refId, message: sentence(settled.reason) }] : []
    );
    const data = answers.flatMap((settled) => (settled.status === 'fulfilled' ? settled.value : []));
    return { data, errors, state: errors.length > 0 ? LoadingState.Error : LoadingState.Done };
  }

  /** A variable's query is the name of a dimension, such as `model` or `user`. */
  override async metricFindQuery(query: string, options?: LegacyMetricFindQueryOptions): Promise<MetricFindValue[]> {
    const range = options?.range;
    const within = range ? { start_time: range.from.valueOf() / 1000, end_time: range.to.valueOf() / 1000 } : {};
    return (await valuesOf(query.trim() || 'model', within)).map((value) => ({ text: value, value }));
  }

  override async testDatasource(): Promise<TestDataSourceResponse> {
    try {
      return { status: 'success', message: texts().config.works(await check()) };
    } catch (error) {
      return { status: 'error', message: sentence(error) };
    }
  }
}

/** The query with its variables filled in. A choice of “All”, or of several values, narrows nothing. */
export function filled(query: SerenoQuery, scoped: ScopedVars): SerenoQuery {
  const single = (value: string | string[]): string => (Array.isArray(value) ? (value.length === 1 ? (value[0] ?? '') : '') : value);
  const filters = Object.entries(query.filters ?? {}).map(([name, written]): [Filter, string] => {
    const value = getTemplateSrv().replace(written, scoped, single);
    return [name as Filter, value === '$__all' || value === 'All' ? '' : value];
  });
  return { ...query, filters: Object.fromEntries(filters) };
}

function sentence(error: unknown): string {
  const problem = problemOfError(error);
  return [texts().problems[problem.kind], problem.detail].filter(Boolean).join(' ');
}
