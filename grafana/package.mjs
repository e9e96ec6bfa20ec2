// Packs dist/ into sereno-app-VERSION.zip, as `grafana cli` and a plugins folder take it: one folder, named for the app.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { zipSync } from 'fflate';

const dist = join(import.meta.dirname, 'dist');
const { id, info } = JSON.parse(readFileSync(join(dist, 'plugin.json'), 'utf8'));
// Times of files would make two packages of the same sources differ; the zip format begins in 1980.
const mtime = new Date(`${info.updated}T00:00:00`);
const files = readdirSync(dist, { recursive: true })
  .map((name) => join(dist, name))
  .filter((path) => statSync(path).isFile())
  .sort();
const entries = Object.fromEntries(files.map((path) => [`${id}/${relative(dist, path)}`, [readFileSync(path), { mtime }]]));
const target = join(import.meta.dirname, `${id}-${info.version}.zip`);
writeFileSync(target, zipSync(entries, { level: 9 }));
console.log(target);
