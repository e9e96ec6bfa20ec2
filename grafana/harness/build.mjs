// Bundles the host page: `node build.mjs` with this folder's packages (React 19), `node build.mjs --plugin` with those the
// plugin is compiled against (React 18), `node build.mjs --oldest` with the oldest that it promises to run with; scenes and
// the router stay ours. One copy of React and of @grafana/ui must go in.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = import.meta.dirname ?? dirname(fileURLToPath(import.meta.url));
const plugin = dirname(here);
const [name = '--own'] = process.argv.slice(2);
const from = { '--own': here, '--plugin': plugin, '--oldest': join(here, 'oldest') }[name];
const out = join(here, 'dist', name.slice(2));
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const THEIRS = /^(@grafana\/(data|ui|runtime|schema|i18n|e2e-selectors)|react|react-dom|rxjs|@emotion\/(css|react)|lodash|moment|uplot)(\/|$)/;
const fromThere = {
  name: 'from-there',
  setup({ onResolve, resolve }) {
    onResolve({ filter: THEIRS }, ({ path, importer, kind, pluginData }) => {
      // Inner paths of the schema are those of our scenes, whatever Grafana they stand in.
      const within = importer.startsWith(join(from, 'node_modules')) || pluginData === 'sent' || path.startsWith('@grafana/schema/dist/');
      return within ? undefined : resolve(path, { kind, importer, resolveDir: from, pluginData: 'sent' });
    });
  },
};
const common = {
  bundle: true,
  minify: true,
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  loader: { '.svg': 'dataurl', '.woff2': 'empty', '.woff': 'empty', '.ttf': 'empty', '.png': 'dataurl' },
};
await build({ ...common, entryPoints: [join(here, 'host/setup.ts')], outfile: join(out, 'setup.js'), format: 'iife' });
const { metafile } = await build({
  ...common,
  entryPoints: [join(here, 'host/host.tsx')],
  outdir: out,
  format: 'esm',
  target: 'es2022',
  splitting: true,
  jsx: 'transform',
  metafile: true,
  plugins: from === here ? [] : [fromThere],
});
for (const name of ['react', '@grafana/ui', '@grafana/data', '@grafana/runtime']) {
  const roots = new Set(
    Object.keys(metafile.inputs)
      .map((input) => input.match(`^(.*node_modules/${name})/`)?.[1])
      .filter(Boolean)
  );
  if (roots.size !== 1) {
    throw new Error(`${roots.size} copies of ${name}: ${[...roots].join(', ')}`);
  }
}
cpSync(join(from, 'node_modules/@grafana/ui/dist/public/img/icons'), join(out, 'icons'), { recursive: true });
// Files that Grafana itself serves under these names; the package lacks the one icon, which only turns around.
mkdirSync(join(out, 'inter'));
for (const [name, weight] of [['Regular', 400], ['Medium', 500]]) {
  cpSync(join(here, `node_modules/@fontsource/inter/files/inter-latin-${weight}-normal.woff2`), join(out, `inter/Inter-${name}.woff2`));
}
cpSync(join(out, 'icons/unicons/angle-double-right.svg'), join(out, 'icons/unicons/angle-double-left.svg'));
cpSync(join(from, 'node_modules/uplot/dist/uPlot.min.css'), join(out, 'uPlot.min.css'));
writeFileSync(
  join(out, 'index.html'),
  '<!doctype html><html><head><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">' +
    '<link rel="stylesheet" href="/harness/uPlot.min.css">' +
    '<style>*, *::before, *::after { box-sizing: border-box } body { margin: 0 }</style></head><body>' +
    '<script src="/harness/setup.js"></script><script type="module" src="/harness/host.js"></script></body></html>'
);
