import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { parseAst } from 'vitest/node';

/** A node of the syntax tree (ESTree with TypeScript), as far as the rules look into it. */
export interface Node {
  type: string;
  start: number;
  end: number;
  [member: string]: unknown;
}

/** One import, re-export or dynamic import. */
export interface Import {
  /** Path from the repository's root for one of ours (`src/lib/ids.ts`), or the package's name. */
  target: string;
  ours: boolean;
  /** The names taken that exist at run time; types are left out, and `*` stands for all. */
  names: string[];
  line: number;
}

/** A parsed file. */
export interface Source {
  /** From the repository's root: `src/domain/payment/store.ts`. */
  path: string;
  text: string;
  lines: number;
  ast: Node;
  imports: Import[];
}

/** Reads the tree of one file. */
export function parseSource(path: string, text: string): Source {
  const ast = parseAst(text, { lang: 'ts' }) as unknown as Node;
  const source = { path, text, lines: text.split('\n').length - 1, ast, imports: [] as Import[] };
  source.imports = importsOf(source);
  return source;
}

/** Every TypeScript file of these folders and files, without what is generated. */
export function readSources(roots: string[]): Source[] {
  const paths = roots.flatMap((root) =>
    root.endsWith('.ts') ? [root] : readdirSync(root, { recursive: true }).map((name) => join(root, String(name))),
  );
  const ours = paths.filter((path) => path.endsWith('.ts') && !path.includes('generated'));
  return ours.sort().map((path) => parseSource(path, readFileSync(path, 'utf8')));
}

/** Every node, from the outside in. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const member of Object.values(node)) {
    for (const child of Array.isArray(member) ? member : [member]) {
      if (typeof child === 'object' && child !== null && typeof (child as Node).type === 'string')
        yield* walk(child as Node);
    }
  }
}

export const lineOf = ({ text }: Source, offset: number): number => text.slice(0, offset).split('\n').length;
export const textOf = ({ text }: Source, { start, end }: Node): string => text.slice(start, end);

function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  for (const node of walk(source.ast)) {
    const from = (node['source'] as Node | null | undefined)?.['value'];
    if (!/^(Import|Export)/.test(node.type) || typeof from !== 'string') continue;
    const ours = from.startsWith('.');
    const target = ours ? relative('.', normalize(join(dirname(source.path), from))) : packageOf(from);
    found.push({ target, ours, names: namesOf(node), line: lineOf(source, node.start) });
  }
  return found;
}

const packageOf = (from: string) =>
  from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');

function namesOf(node: Node): string[] {
  if (node['importKind'] === 'type' || node['exportKind'] === 'type') return [];
  const specifiers = node['specifiers'] as Node[] | undefined;
  if (!specifiers) return ['*'];
  return specifiers
    .filter((specifier) => specifier['importKind'] !== 'type' && specifier['exportKind'] !== 'type')
    .map(({ type, imported, local }) =>
      String(type.endsWith('Specifier') ? ((imported ?? local) as Node)['name'] : '*'),
    );
}
