#!/usr/bin/env node
// The one JavaScript file: it lets node run the TypeScript beside it, from any working directory. The code is compiled once and kept with
// the packages, because compiling it anew took half of a start; where it cannot be kept, tsx compiles while it runs.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const kept = join(root, 'node_modules/.cache/koshel');
/** What nobody has compiled for this long is taken away. */
const KEPT_MS = 30 * 86_400_000;

const compiled = await compile().catch(() => null);
if (compiled === null) {
  const { register } = await import('tsx/esm/api');
  register({ tsconfig: join(root, 'tsconfig.json') });
}
process.setSourceMapsEnabled(true);
await import(compiled === null ? '../src/main.ts' : pathToFileURL(compiled).href);

/** The compiled entry; compiled now, when a source has changed since. */
async function compile() {
  const folder = join(kept, stamp());
  const entry = join(folder, 'main.js');
  if (existsSync(entry)) return entry;
  const { build } = await import('esbuild');
  mkdirSync(kept, { recursive: true });
  const draft = mkdtempSync(join(kept, 'draft-'));
  chmodSync(draft, 0o755); // whoever installed it is not always who runs it
  try {
    await build({
      absWorkingDir: root,
      entryPoints: ['src/main.ts'],
      outdir: draft,
      bundle: true,
      splitting: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      keepNames: true,
      sourcemap: true,
      sourcesContent: false,
      logLevel: 'silent',
      plugins: [{ name: 'own places', setup: keepPlaces }],
    });
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  for (const name of readdirSync(kept))
    if (Date.now() - statSync(join(kept, name)).mtimeMs > KEPT_MS)
      rmSync(join(kept, name), { recursive: true, force: true });
  return entry;
}

/** Changes when a source, a package or node does. */
function stamp() {
  const hash = createHash('sha256').update(`${process.version} ${root}`);
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  for (const file of [...files.sort(), join(root, 'package-lock.json'), fileURLToPath(import.meta.url)]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Code that asks where it lies is told where its source lies: migrations and documents are found from there. */
function keepPlaces(build) {
  build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
    const text = readFileSync(path, 'utf8');
    if (!text.includes('import.meta.url')) return undefined;
    return { contents: text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)), loader: 'ts' };
  });
}
