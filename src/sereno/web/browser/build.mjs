// Bundles the browser code into ../static/build: two ES modules with content-hashed names, each also as br and gzip,
// manifest.json (plain name → hashed name) and licences.txt (the terms of what is bundled).
// The folder is replaced whole, so a build that fails leaves the last one in place.
import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const made = join(here, "..", "static", "build");
const part = `${made}.part-${process.pid}`;

await mkdir(part, { recursive: true });
try {
  // Two builds, not esbuild's splitting: that makes a third module of the few bytes both share, one more request.
  const charts = await bundle("charts");
  const sereno = await bundle("sereno", { name: "charts", setup: (plugin) => plugin.onResolve({ filter: /^\.\/charts$/ }, () => ({ path: `./${charts.file}`, external: true })) });
  const manifest = {};
  for (const name of (await readdir(part)).sort()) {
    manifest[name.replace(/-[0-9A-Z]{8}\.js$/, ".js")] = name;
    const text = await readFile(join(part, name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    await writeFile(join(part, `${name}.br`), brotliCompressSync(text, { params }));
    await writeFile(join(part, `${name}.gz`), gzipSync(text, { level: 9 }));
  }
  await writeFile(join(part, "licences.txt"), licences([...charts.inputs, ...sereno.inputs]));
  await writeFile(join(part, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(made, { recursive: true, force: true });
  await rename(part, made);
} finally {
  await rm(part, { recursive: true, force: true });
}

async function bundle(name, ...plugins) {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: { [name]: `${name}.ts` },
    outdir: part,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none", // licences.txt holds them
    entryNames: "[name]-[hash]",
    define: { "process.env.NODE_ENV": '"production"', __DEV__: "false" },
    plugins,
    metafile: true,
    logLevel: "warning",
  });
  return { file: basename(Object.keys(metafile.outputs)[0]), inputs: Object.keys(metafile.inputs) };
}

function licences(inputs) {
  const names = new Set(inputs.flatMap((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1] ?? []));
  return [...names].sort().map(terms).join("\n");
}

function terms(name) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = ["LICENSE", "LICENSE.txt", "NOTICE"].map((file) => {
    try {
      return readFileSync(join(folder, file), "utf8").trim();
    } catch {
      return "";
    }
  });
  return `${name} ${version} (${license})\n\n${texts.filter(Boolean).join("\n\n")}\n`;
}
