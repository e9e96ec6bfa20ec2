import { isRecord, text } from './json';

/** What went wrong, as the reader of a panel can act on it. `kind` chooses the sentence, `detail` is the service's own. */
export interface Problem {
  kind: ProblemKind;
  detail: string;
}

export type ProblemKind =
  | 'unreachable'
  | 'not-configured'
  | 'key-required'
  | 'key-unknown'
  | 'scope-missing'
  | 'host-not-allowed'
  | 'not-sereno'
  | 'too-large'
  | 'rate-limited'
  | 'busy'
  | 'timeout'
  | 'wrong-request'
  | 'cut-off'
  | 'model'
  | 'service';

/** Something that a view shows as a sentence. */
export class ServiceError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.kind);
    this.name = 'ServiceError';
  }
}

const BY_STATUS: Record<number, ProblemKind> = {
  400: 'wrong-request',
  401: 'key-required',
  403: 'scope-missing',
  404: 'not-sereno',
  405: 'not-sereno',
  408: 'timeout',
  413: 'too-large',
  422: 'wrong-request',
  429: 'rate-limited',
  502: 'unreachable',
  503: 'busy',
  504: 'timeout',
};
const BY_NAME: Record<string, ProblemKind> = {
  'key-required': 'key-required',
  'key-unknown': 'key-unknown',
  'scope-missing': 'scope-missing',
  'host-not-allowed': 'host-not-allowed',
  'not-found': 'service',
  'body-too-large': 'too-large',
  'rate-limited': 'rate-limited',
  busy: 'busy',
  'query-timeout': 'timeout',
  internal: 'service',
};
const URN = 'urn:sereno:problem:';
/** Of a stranger's answer this much is shown. */
const SHOWN = 300;

/**
 * What an answer that is not a success means.
 *
 * Sereno tells its problems as RFC 9457 documents; Grafana's proxy answers 502 where nothing listens, and its own JSON
 * (`message`) where the app is not set up; anything else is not Sereno.
 */
export function problemOf(status: number, body: string): Problem {
  const told = parsed(body);
  if (isRecord(told) && typeof told.type === 'string' && told.type.startsWith(URN)) {
    const name = told.type.slice(URN.length);
    const kind = BY_NAME[name] ?? BY_STATUS[status] ?? 'service';
    return { kind: kind === 'not-sereno' ? 'service' : kind, detail: sentence(told) };
  }
  if (isRecord(told) && typeof told.message === 'string' && status !== 502 && status !== 504) {
    const setUp = /plugin|route|access|permission|url/i.test(told.message);
    return { kind: setUp ? 'not-configured' : (BY_STATUS[status] ?? 'service'), detail: shortened(told.message) };
  }
  const kind = BY_STATUS[status] ?? (status >= 500 ? 'service' : 'not-sereno');
  return { kind, detail: body.trimStart().startsWith('<') ? '' : shortened(isRecord(told) ? text(told.message) : body) };
}

/** What a failure without any answer means. */
export function problemOfError(error: unknown): Problem {
  if (error instanceof ServiceError) {
    return error.problem;
  }
  if (isRecord(error) && typeof error.status === 'number') {
    const body = typeof error.data === 'string' ? error.data : JSON.stringify(error.data ?? {});
    return problemOf(error.status, body);
  }
  return { kind: 'unreachable', detail: error instanceof Error ? shortened(error.message) : '' };
}

function sentence(told: Record<string, unknown>): string {
  const expected = typeof told.expected === 'string' ? ` (${told.expected})` : '';
  return shortened(text(told.detail) || text(told.title)) + expected;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const shortened = (words: string): string => (words.length > SHOWN ? `${words.slice(0, SHOWN)}…` : words);
