import { getBackendSrv } from '@grafana/runtime';
import { Observable } from 'rxjs';
import { advance, type Answer, EMPTY } from '../explain/answer';
import { type Chart, requestBody, type Telling } from '../explain/request';
import { proxied } from './address';
import { problemOf, problemOfError, ServiceError } from './problem';
import { EventReader } from './sse';

/**
 * An explanation while it comes: each emission is the whole answer so far. Unsubscribing ends the work of the model.
 *
 * Errors are `ServiceError`. A stream that stops before its `end` event is one (`cut-off`), because half an answer looks
 * whole.
 */
export function explain(chart: Chart, telling: Telling): Observable<Answer> {
  return new Observable<Answer>((observer) => {
    const reader = new EventReader();
    const decoder = new TextDecoder();
    let answer = EMPTY;
    let refused: { status: number; body: string } | undefined;
    const fail = (error: unknown): void => {
      observer.error(error instanceof ServiceError ? error : new ServiceError(problemOfError(error)));
    };
    const request = {
      url: proxied('explain'),
      method: 'POST',
      data: requestBody(chart, telling),
      headers: { Accept: 'text/event-stream' },
      showErrorAlert: false,
    };
    return getBackendSrv()
      .chunked(request)
      .subscribe({
        next: ({ ok, status, headers, data }) => {
          try {
            const html = headers.get('content-type')?.startsWith('text/html') ?? false;
            if (!ok || html) {
              refused ??= { status: ok ? 404 : status, body: '' };
              refused.body += data ? decoder.decode(data, { stream: true }) : '';
              return;
            }
            for (const event of data ? reader.feed(data) : []) {
              answer = advance(answer, event);
              observer.next(answer);
            }
          } catch (error) {
            fail(error);
          }
        },
        error: fail,
        complete: () => {
          if (refused) {
            fail(new ServiceError(problemOf(refused.status, refused.body)));
          } else if (answer.score === undefined && answer.problem === undefined) {
            fail(new ServiceError({ kind: 'cut-off', detail: '' }));
          } else {
            observer.complete();
          }
        },
      });
  });
}
