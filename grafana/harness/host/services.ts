// Stand-ins for the services that Grafana's core sets: the parts that the plugin uses, behaving as Grafana's do.
import { createTheme, EventBusSrv, standardEditorsRegistry, standardFieldConfigEditorRegistry, type PanelData, LoadingState } from '@grafana/data';
import {
  type BackendSrv,
  type BackendSrvRequest,
  config,
  type DataSourceSrv,
  type FetchResponse,
  setAppEvents,
  setBackendSrv,
  setDataSourceSrv,
  setRunRequest,
  setTemplateSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import * as runtime from '@grafana/runtime';
import { from, map, Observable } from 'rxjs';

const asked = new URLSearchParams(location.search);

function address({ url, params }: BackendSrvRequest): string {
  const given = new URLSearchParams(Object.entries(params ?? {}).map(([name, value]) => [name, String(value)]));
  return given.size > 0 ? `${url}?${given}` : url;
}

function init(request: BackendSrvRequest, signal?: AbortSignal): RequestInit {
  const json = request.data === undefined ? undefined : JSON.stringify(request.data);
  const headers = { accept: 'application/json, text/plain, */*', ...(json ? { 'content-type': 'application/json' } : {}) };
  return { method: request.method ?? 'GET', body: json, headers: { ...headers, ...request.headers }, signal };
}

const backend = {
  fetch: (request: BackendSrvRequest) =>
    from(
      (async () => {
        const response = await fetch(address(request), init(request));
        const words = await response.text();
        let data: unknown = words;
        try {
          data = JSON.parse(words);
        } catch {
          // Grafana too hands on what is no JSON as text
        }
        const told = { data, status: response.status, statusText: response.statusText, ok: response.ok, headers: response.headers };
        if (!response.ok) {
          throw { ...told, config: request };
        }
        return { ...told, url: response.url, redirected: false, type: 'basic', config: request };
      })()
    ),
  // Grafana's `chunked`: answers that are not a success come through `next`, the last piece is empty, leaving aborts.
  chunked: (request: BackendSrvRequest) =>
    new Observable<FetchResponse<Uint8Array | undefined>>((observer) => {
      const controller = new AbortController();
      void (async () => {
        try {
          const response = await fetch(address(request), init(request, controller.signal));
          const { ok, status, statusText, headers, url, type, redirected } = response;
          const told = { ok, status, statusText, headers, url, type, redirected, config: request };
          const reader = response.body?.getReader();
          for (;;) {
            const piece = await reader?.read();
            observer.next({ ...told, data: piece?.value } as FetchResponse<Uint8Array | undefined>);
            if (!piece || piece.done) {
              break;
            }
          }
          observer.complete();
        } catch (error) {
          if (!controller.signal.aborted) {
            observer.error(error);
          }
        }
      })();
      return () => controller.abort();
    }),
};

/** Set everything up; the theme is in the address. */
export function setServices(): void {
  config.theme2 = createTheme({ colors: { mode: asked.get('theme') === 'light' ? 'light' : 'dark' } });
  config.bootData.user.language = asked.get('lang') ?? 'en-US';
  setBackendSrv(backend as unknown as BackendSrv);
  setAppEvents(new EventBusSrv());
  setTemplateSrv({ replace: (words?: string) => words ?? '', getVariables: () => [], containsTemplate: () => false } as unknown as TemplateSrv);
  setDataSourceSrv({ getList: () => [], getInstanceSettings: () => undefined, get: () => Promise.reject(new Error('none')) } as unknown as DataSourceSrv);
  setRunRequest((source, request) =>
    from(Promise.resolve(source.query(request))).pipe(
      map(
        (answer) =>
          ({ state: LoadingState.Done, series: (answer as PanelData & { data: [] }).data, timeRange: request.range, request }) as PanelData
      )
    )
  );
  // Only newer hosts have this service; it gives a picture of one pixel.
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const bytes = Uint8Array.from(atob(pixel), (letter) => letter.charCodeAt(0));
  const { setPanelScreenshotService } = runtime as { setPanelScreenshotService?: (service: unknown) => void };
  setPanelScreenshotService?.({ capture: () => Promise.resolve(new Blob([bytes], { type: 'image/png' })) });
  standardFieldConfigEditorRegistry.setInit(() => []);
  // The editors themselves live in Grafana's core.
  const editors = ['select', 'text', 'number', 'boolean'].map((id) => ({ id, name: id, description: '', editor: () => null }));
  standardEditorsRegistry.setInit(() => editors as never);
}
