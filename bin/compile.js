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
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const kept = join(root, 'node_modules/.cache/koshel');
/** What nobody has compiled for this long is taken away. */
const KEPT_MS = 30 * 86_400_000;

/**
 * Compiles an entry with all that it imports of this project; packages stay where they are.
 * @param {string} source the entry, from the project's root: src/main.ts
 * @returns {Promise<string>} the compiled entry: made now when a source has changed since, else the one that is kept
 * @throws when it cannot be compiled, or not be kept
 */
export async function compile(source) {
  const folder = join(kept, stamp(source));
  const entry = join(folder, basename(source).replace(/\.ts$/, '.js'));
  if (existsSync(entry)) return entry;
  const { build } = await import('esbuild');
  mkdirSync(kept, { recursive: true });
  const draft = mkdtempSync(join(kept, 'draft-'));
  chmodSync(draft, 0o755); // whoever installed it is not always who runs it
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [source],
      outdir: draft,
      bundle: true,
      splitting: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
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
function stamp(source) {
  const hash = createHash('sha256').update(`${process.version} ${root} ${source}`);
  const folders = source.startsWith('src/') ? ['src'] : ['src', dirname(source)];
  const files = folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
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
