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
 * Compiles an entry with all that it imports of this project. For the gateway packages are taken in, too: to find and read their two thousand
 * files took half a second of each start. What benchmarks compare with stays as it is published.
 * @param {string} source the entry, from the project's root: src/main.ts
 * @returns {Promise<string>} the compiled entry: made now when a source has changed since, else the one that is kept
 * @throws when it cannot be compiled, or not be kept
 */
export async function compile(source) {
  const folder = join(kept, stamp(source));
  const entry = join(folder, basename(source).replace(/\.ts$/, '.js'));
  if (existsSync(entry)) return entry;
  // some seconds: whoever looks on is told
  if (process.stderr.isTTY && source.startsWith('src/')) process.stderr.write('Compiling, once after each change …\n');
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
      packages: source.startsWith('src/') ? 'bundle' : 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: true,
      sourcesContent: false,
      logLevel: 'silent',
      // packages that are CommonJS ask for node's own modules by it
      banner: {
        js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
      },
      plugins: [
        { name: 'outside', setup: keepOutside },
        { name: 'own places', setup: keepPlaces },
      ],
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

/** Changes when a source, what is installed or node does. */
function stamp(source) {
  const hash = createHash('sha256').update(`${process.version} ${root} ${source}`);
  const folders = source.startsWith('src/') ? ['src'] : ['src', dirname(source)];
  const files = folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  // the second is written by each npm install
  const locks = [join(root, 'package-lock.json'), join(root, 'node_modules/.package-lock.json')].filter(existsSync);
  for (const file of [...files.sort(), ...locks, fileURLToPath(import.meta.url)]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Packages that read files of their own beside them, or start threads from them. */
const WITH_FILES = /^(pino|pino-pretty|graphile-worker)$/;

/** What is loaded only when it is needed stays a package: it costs a start nothing. */
function keepOutside(build) {
  build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
    kind === 'dynamic-import' || WITH_FILES.test(path) ? { path, external: true } : undefined,
  );
}

/** Code that asks where it lies is told where its source lies: migrations and documents are found from there. */
function keepPlaces(build) {
  build.onLoad({ filter: /\.(ts|[cm]?js)$/ }, ({ path }) => {
    const own = path.endsWith('.ts');
    const text = readFileSync(path, 'utf8');
    const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
    if (own) return { contents, loader: 'ts' };
    const places = /\b__(dirname|filename)\b/.test(text)
      ? `var __filename = ${JSON.stringify(path)}, __dirname = ${JSON.stringify(dirname(path))};`
      : '';
    return { contents: `${places}${contents}`, loader: 'js' };
  });
}
