import { getBackendSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import { proxied } from './address';
import { problemOfError, ServiceError } from './problem';

export type Parameters = Record<string, string | number | undefined>;

/** A JSON answer of the service. Throws `ServiceError`; an answer that is a page of HTML is none of Sereno's. */
export async function ask(path: string, parameters: Parameters = {}): Promise<unknown> {
  return answered('GET', path, parameters, undefined);
}

/** Hand something to the service. Throws `ServiceError`. */
export async function tell(path: string, data: unknown): Promise<unknown> {
  return answered('POST', path, {}, data);
}

async function answered(method: string, path: string, parameters: Parameters, data: unknown): Promise<unknown> {
  const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined && value !== ''));
  let answer: unknown;
  try {
    const url = proxied(path);
    const request = { url, method, params: given, data, showErrorAlert: false, showSuccessAlert: false };
    answer = (await lastValueFrom(getBackendSrv().fetch<unknown>(request))).data;
  } catch (error) {
    throw new ServiceError(problemOfError(error));
  }
  if (typeof answer === 'string' && answer.trimStart().startsWith('<')) {
    throw new ServiceError({ kind: 'not-sereno', detail: '' });
  }
  return answer;
}
