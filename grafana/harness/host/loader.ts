// Loads a built plugin as Grafana does: AMD, wrapped so that it finds `define`, with Grafana's own packages handed to it.
import * as emotion from '@emotion/css';
import * as data from '@grafana/data';
import * as runtime from '@grafana/runtime';
import * as ui from '@grafana/ui';
import * as react from 'react';
import * as reactDom from 'react-dom';
import * as rxjs from 'rxjs';

interface Loader {
  set: (id: string, module: unknown) => void;
  import: (id: string) => Promise<Record<string, unknown>>;
  addImportMap: (map: unknown) => void;
  constructor: { prototype: { fetch: (url: string, options: unknown) => Promise<Response>; shouldFetch: () => boolean } };
}

declare const System: Loader;

const SHARED: Record<string, object> = {
  react,
  'react-dom': reactDom,
  rxjs,
  '@emotion/css': emotion,
  '@grafana/data': data,
  '@grafana/runtime': runtime,
  '@grafana/ui': ui,
};
const imports: Record<string, string> = {};
for (const [name, module] of Object.entries(SHARED)) {
  System.set(`package:${name}`, { ...module });
  imports[name] = `package:${name}`;
}
System.addImportMap({ imports });

const { prototype } = System.constructor;
const plainly = prototype.fetch;
prototype.shouldFetch = () => true;
prototype.fetch = async (url, options) => {
  const source = await (await plainly.call(System, url, options)).text();
  const wrapped = `(function(define){\n${source}\n})(window.__grafana_amd_define);`;
  return new Response(wrapped, { headers: { 'content-type': 'text/javascript' } });
};

/** What the built module of a plugin exports as `plugin`. */
export async function load<T>(id: string): Promise<T> {
  const meta = (await (await fetch(`/public/plugins/${id}/plugin.json`)).json()) as { id: string };
  const module = await System.import(`${location.origin}/public/plugins/${id}/module.js`);
  const plugin = module.plugin as T & { meta: unknown };
  plugin.meta = { ...meta, info: { logos: { small: '', large: '' } }, baseUrl: `public/plugins/${id}`, module: '' };
  return plugin;
}
