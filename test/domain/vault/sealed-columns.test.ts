import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contextOf, sealedColumns } from '../../../src/domain/vault/sealed-columns.ts';

/** The list that `koshel keys rotate` walks is held against the stored model and against every place that seals. */

const root = new URL('../../../', import.meta.url).pathname;

/** Every column of bytes in prisma/schema.prisma, with the primary key of its table. */
function byteColumns(): { table: string; column: string; key: string[] }[] {
  const schema = readFileSync(join(root, 'prisma/schema.prisma'), 'utf8');
  return [...schema.matchAll(/^model \w+ \{\n(.*?)^\}/gms)].flatMap(([, body = '']) => {
    const [, table = ''] = /@@map\("(\w+)"\)/.exec(body) ?? [];
    const fields = new Map<string, { type: string; column: string; isId: boolean }>();
    for (const [line, name = '', type = ''] of body.matchAll(/^ {2}(\w+) +(\w+)\S*.*$/gm))
      fields.set(name, { type, column: /@map\("(\w+)"\)/.exec(line)?.[1] ?? name, isId: line.includes('@id') });
    const composite = /@@id\(\[([^\]]+)\]\)/.exec(body)?.[1]?.split(', ');
    const all = [...fields.entries()];
    const key = composite ?? all.filter(([, { isId }]) => isId).map(([name]) => name);
    return all
      .filter(([, { type }]) => type === 'Bytes')
      .map(([, { column }]) => ({ table, column, key: key.map((name) => fields.get(name)?.column ?? '') }));
  });
}

/** Bytes that are no sealed values: keyed hashes, and the hash chain. */
const hashes = new Set([
  'wallet.phone_hash',
  'invoice.payer_phone_hash',
  'credit_session.fingerprint',
  'credit_file.key_hash',
  'journal_seal.hash',
]);

const nameOf = ({ table, column }: { table: string; column: string }) => `${table}.${column}`;

test('Each column of bytes in the model is sealed and in the list, or is a known hash.', () => {
  const columns = byteColumns();
  expect(columns.length).toBeGreaterThan(20);
  const sealed = columns.filter((column) => !hashes.has(nameOf(column)));
  expect(sealed.map(nameOf).sort()).toEqual(sealedColumns.map(nameOf).sort());
  expect(sealed.filter(({ column }) => !column.endsWith('_sealed'))).toEqual([]);
});

test('The list has the primary keys of the model.', () => {
  const keys = new Map(byteColumns().map((column) => [nameOf(column), column.key]));
  for (const column of sealedColumns) expect(column.key.map((part) => part.column)).toEqual(keys.get(nameOf(column)));
});

function sources(folder: string, but = 'db/generated'): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith(but))
    .map((path) => readFileSync(join(root, folder, path), 'utf8'));
}

test('The context of each column is the one that the code seals it with, and nothing else is sealed.', () => {
  const used = sources('src')
    .filter((text) => /\bseal\(/.test(text))
    .flatMap((text) => [...text.matchAll(/[`']([a-z_]+\.[a-z]+):(\d|(?:\$\{\w+\}:?)+)[`']/g)])
    .map(([, place = '', row = '']) => `${place}:${row.replaceAll(/\$\{\w+\}|\d/g, '*')}`);
  const listed = sealedColumns.map((column) =>
    contextOf(column, Object.fromEntries(column.boundTo.map((name) => [name, '*']))),
  );
  expect(new Set(used)).toEqual(new Set(listed));
});

test('Each column has one place that seals it, and the key of fingerprints the vault itself.', () => {
  const calls = sources('src', 'domain/vault/').flatMap((text) => [...text.matchAll(/\.seal\(/g)]);
  expect(calls.length).toBe(sealedColumns.length - 1);
});
