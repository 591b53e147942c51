import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { StoredFile } from '../../src/lib/stored-file.ts';
import { openUploadFolder } from '../../src/server/uploads/folder.ts';
import { createParts } from '../../src/server/uploads/parts.ts';
import { readMultipart } from '../../src/server/uploads/read-multipart.ts';
import { heapHeld, MULTIPART, type RawPart, rawMultipart } from '../support/uploads.ts';

/** Multipart bodies piece by piece: whatever comes, and however it is cut, there is an answer and nothing stays on disk. */

const dataDir = mkdtempSync(join(tmpdir(), 'koshel-uploads-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const limits = { uploadBytes: 20_000, bodyBytes: 2_000, uploadFiles: 3 };
const variables = { one: null, list: [null, 'text', null], deep: { in: {} } };
const operations = { name: 'operations', content: JSON.stringify({ query: '{ hello }', variables }) };
const file = (name: string, content: string | Uint8Array = `content of ${name}`): RawPart => ({
  name,
  filename: `${name}.pdf`,
  content,
});
const map = (places: unknown): RawPart => ({ name: 'map', content: JSON.stringify(places) });
const two = { a: ['variables.one', 'variables.list.0'], b: ['variables.deep.in.side'] };
const good = [operations, map(two), file('a'), file('b', Buffer.alloc(5_000, 'x'))];

async function* cut(body: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

/** Reads a body; says what it took up on disk, and how many have come and gone. */
function read(body: AsyncIterable<Uint8Array>, contentType: string = MULTIPART['Content-Type']) {
  const folder = openUploadFolder(dataDir);
  const handles: FileHandle[] = [];
  const callers = { come: 0, gone: 0 };
  const create = async () => {
    const handle = await folder.create();
    handles.push(handle);
    return handle;
  };
  const admit = () => {
    callers.come += 1;
    return () => {
      callers.gone += 1;
    };
  };
  const answer = readMultipart(body, contentType, { limits, folder: { create }, admit });
  return { answer, handles, callers };
}

/** The refusal of a body, after which nothing may be left of it. */
async function refusal(body: AsyncIterable<Uint8Array>, contentType?: string) {
  const { answer, handles, callers } = read(body, contentType);
  const error = await answer.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(handles.map(({ fd }) => fd)).toEqual(handles.map(() => -1));
  expect(callers.gone).toBe(callers.come);
  expect(readdirSync(join(dataDir, 'uploads'))).toEqual([]);
  return error;
}

const badRequest = { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } };

async function textOf(value: unknown): Promise<string> {
  expect(value).toBeInstanceOf(StoredFile);
  const chunks: Uint8Array[] = [];
  for await (const chunk of (value as StoredFile).stream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test.each([1, 7, 64, 100_000])(
  'Files come to their places, of pieces of %d bytes, and are closed with the request.',
  async (size) => {
    const { answer, handles, callers } = read(cut(rawMultipart(good), size));
    const { params, release } = await answer;
    const { variables: filled } = params as { variables: { one: unknown; list: unknown[]; deep: { in: object } } };
    expect(await textOf(filled.one)).toBe('content of a');
    // a file may be read again, and stand in two places
    expect([filled.list[0], filled.list[1], filled.list[2]]).toEqual([filled.one, 'text', null]);
    const { side } = filled.deep.in as { side: StoredFile };
    expect([side.name, side.size, await textOf(side)]).toEqual(['b.pdf', 5_000, 'x'.repeat(5_000)]);
    expect(handles.every(({ fd }) => fd >= 0)).toBe(true);
    await release();
    await release();
    expect(handles.map(({ fd }) => fd)).toEqual([-1, -1]);
    expect(callers).toEqual({ come: 1, gone: 1 });
    await expect(textOf(side)).rejects.toThrow();
  },
);

test('A body that ends anywhere before its last boundary is refused, however it is cut, and nothing of it stays.', async () => {
  const body = rawMultipart([operations, map(two), file('a'), file('b')]);
  // the last line may lack its end
  for (let length = 0; length < body.length - 2; length += 1) {
    for (const size of [11, body.length])
      expect(await refusal(cut(body.subarray(0, length), size)), `${length} bytes`).toMatchObject(badRequest);
  }
});

test('A client that goes away while a file is kept leaves nothing.', async () => {
  const body = rawMultipart(good);
  async function* broken() {
    yield* cut(body.subarray(0, body.length - 2_000), 500);
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }
  expect(await refusal(broken())).toMatchObject(badRequest);
});

describe('Refused is', () => {
  test.each<[what: string, parts: RawPart[], message: RegExp]>([
    ['no part at all', [], /`operations` is missing/],
    ['a file before the operations', [file('a'), operations, map({ a: ['variables.one'] })], /before the files/],
    ['a file before the map', [operations, file('a'), map({ a: ['variables.one'] })], /`map` does not name/],
    ['operations twice', [operations, operations], /comes once/],
    ['a map behind the files', [operations, map({ a: [] }), file('a'), map({})], /comes once, before the files/],
    ['operations that are a list', [{ name: 'operations', content: '[]' }], /must be a JSON object/],
    ['a file that the map does not name', [operations, map({}), file('a')], /does not name/],
    ['a file without a name', [operations, map(two), { ...file('a'), name: null }], /does not name/],
    ['a map that names no file', [operations, map({ a: ['variables.one'] })], /"a" that did not come/],
    ['a file twice', [operations, map(two), file('a'), file('a')], /under one name/],
    ['a field where a file should be', [operations, map(two), { name: 'a', content: 'text' }], /no filename/],
    ['a place that is taken', [operations, map({ a: ['variables.list.1'] })], /"variables.list.1"/],
    ['a place that does not exist', [operations, map({ a: ['variables.nothing.file'] })], /has no null/],
    ['a place beyond a list', [operations, map({ a: ['variables.list.3'] })], /has no null/],
    ['a place outside the variables', [operations, map({ a: ['query'] })], /has no null/],
    ['one place for two files', [operations, map({ a: ['variables.one'], b: ['variables.one'] })], /has no null/],
    ['what all objects share', [operations, map({ a: ['variables.__proto__.polluted'] })], /has no null/],
    ['a map of texts', [operations, map({ a: 'variables.one' })], /like \{"0"/],
    [
      'more files than allowed',
      [
        operations,
        map({ a: ['variables.one'], b: [], c: [], d: [] }),
        ...['a', 'b', 'c', 'd'].map((name) => file(name)),
      ],
      /At most 3 files/,
    ],
  ])('%s.', async (_what, parts, message) => {
    const body = rawMultipart(parts);
    for (const size of [13, body.length])
      expect(await refusal(cut(body, size))).toMatchObject({ ...badRequest, message: expect.stringMatching(message) });
  });

  test('a content type without a boundary.', async () => {
    expect(await refusal(cut(rawMultipart(good), 100), 'multipart/form-data')).toMatchObject(badRequest);
  });

  test('a body or a field that is too large; the rest is read, up to a limit.', async () => {
    const tooLarge = { extensions: { code: 'BODY_TOO_LARGE', http: { status: 413 } } };
    const field = { name: 'operations', content: 'x'.repeat(3_000) };
    expect(await refusal(cut(rawMultipart([field]), 500))).toMatchObject(tooLarge);
    const large = rawMultipart([operations, map(two), file('a', Buffer.alloc(30_000))]);
    let sent = 0;
    async function* endless(times: number) {
      yield* cut(large, 1_000);
      for (; sent < times; sent += 1) yield Buffer.alloc(10_000);
    }
    expect(await refusal(endless(20))).toMatchObject(tooLarge);
    expect(sent).toBe(20);
    sent = 0;
    expect(await refusal(endless(10_000))).toMatchObject(tooLarge);
    expect(sent).toBeLessThan(40);
  });

  test('a file whose sender may send none, before a byte of it is kept.', async () => {
    let made = 0;
    const folder = openUploadFolder(dataDir);
    const create = () => {
      made += 1;
      return folder.create();
    };
    const admit = () => {
      throw new Error('not you');
    };
    const answer = readMultipart(cut(rawMultipart(good), 50), MULTIPART['Content-Type'], {
      limits,
      folder: { create },
      admit,
    });
    await expect(answer).rejects.toThrow('not you');
    expect(made).toBe(0);
  });

  test('what the disk does not take, with the disk’s own error.', async () => {
    const folder = {
      create: () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })),
    };
    const options = { limits, folder, admit: () => () => undefined };
    await expect(readMultipart(cut(rawMultipart(good), 50), MULTIPART['Content-Type'], options)).rejects.toMatchObject({
      code: 'ENOSPC',
    });
  });
});

test('What a killed gateway left is removed at the next start; a folder that cannot be used is told with its remedy.', () => {
  writeFileSync(join(dataDir, 'uploads', 'left.upload'), 'somebody’s passport');
  writeFileSync(join(dataDir, 'uploads', 'not-ours.txt'), '');
  openUploadFolder(dataDir);
  expect(readdirSync(join(dataDir, 'uploads'))).toEqual(['not-ours.txt']);
  rmSync(join(dataDir, 'uploads', 'not-ours.txt'));
  writeFileSync(join(dataDir, 'file'), '');
  expect(() => openUploadFolder(join(dataDir, 'file'))).toThrow(/DATA_DIR .* cannot be written/);
});

test('A body in very many pieces takes up no more than one in few.', async () => {
  const folder = openUploadFolder(dataDir);
  const roomy = { ...limits, bodyBytes: 1_000_000 };
  const parts = createParts(MULTIPART['Content-Type'], { limits: roomy, folder, admit: () => () => undefined });
  const body = rawMultipart([operations]);
  await parts.write(body.subarray(0, body.indexOf('{')));
  const before = heapHeld();
  const piece = Buffer.from('x');
  for (let sent = 0; sent < 100_000; sent += 1) await parts.write(piece);
  expect(heapHeld() - before).toBeLessThan(8_000_000);
  await parts.release();
});
