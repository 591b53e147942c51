import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import {
  GraphQLError,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StoredFile } from '../../src/lib/stored-file.ts';
import { bearer, startTestApp, type TestApp } from '../support/app.ts';
import {
  BOUNDARY,
  bytesHeld,
  filesOnDisk,
  MULTIPART,
  partHead,
  type RawPart,
  rawMultipart,
} from '../support/uploads.ts';
import { newGate } from './edge-schema.ts';

/** Files over HTTP: through the disk, never whole in memory, and gone with the request. */

const MEGABYTE = 1024 * 1024;
const limits = { uploadsPerCaller: 2, bodyBytes: 4_096 };

const Upload = new GraphQLScalarType({
  name: 'Upload',
  parseValue(value) {
    if (value instanceof StoredFile) return value;
    throw new GraphQLError('no file', { extensions: { code: 'BAD_USER_INPUT' } });
  },
});

/** What the running mutation waits for, once it has its files. */
let gate = newGate('uploads');
gate.open();

const Mutation = new GraphQLObjectType({
  name: 'Mutation',
  fields: {
    /** Name, size and hash of each file, read from where it lies. */
    take: {
      type: new GraphQLList(GraphQLString),
      args: { files: { type: new GraphQLNonNull(new GraphQLList(Upload)) } },
      async resolve(_root, { files }: { files: StoredFile[] }) {
        gate.enter();
        await gate.passed;
        return Promise.all(files.map(async (file) => `${file.name} ${file.size} ${await hashOf(file.stream())}`));
      },
    },
    boom: {
      type: GraphQLString,
      args: { file: { type: Upload } },
      resolve() {
        throw new Error('no');
      },
    },
  },
});
const Query = new GraphQLObjectType({
  name: 'Query',
  fields: { hello: { type: GraphQLString, resolve: () => 'world' } },
});
const schema = new GraphQLSchema({ query: Query, mutation: Mutation });

let app: TestApp;
let apiKey: string;
beforeAll(async () => {
  app = await startTestApp({ schema, limits });
  ({ apiKey } = await app.partner());
});
beforeEach(() => {
  gate = newGate('uploads');
  gate.open();
});

const onDisk = () => filesOnDisk(app.config.dataDir);
const nothingLeft = () => expect.poll(onDisk).toEqual([]);

async function hashOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

const TAKE = 'mutation ($files: [Upload]!) { take(files: $files) }';
/** The fields of a request with so many files. */
const fieldsFor = (count: number, query = TAKE): RawPart[] => [
  {
    name: 'operations',
    content: JSON.stringify({ query, variables: { files: Array.from({ length: count }, () => null) } }),
  },
  {
    name: 'map',
    content: JSON.stringify(
      Object.fromEntries(Array.from({ length: count }, (_, at) => [at, [`variables.files.${at}`]])),
    ),
  },
];
const pdf = (at: number, content: string | Uint8Array = `%PDF ${at}`): RawPart => ({
  name: String(at),
  filename: `${at}.pdf`,
  content,
});

async function send(body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}, token = apiKey) {
  const response = await app.fetch('/graphql', { method: 'POST', headers: { ...bearer(token), ...headers }, body });
  const answer = (await response.json()) as {
    data?: { take: string[] | null } | null;
    errors?: { message: string; extensions: { code: string } }[];
  };
  return { status: response.status, code: answer.errors?.[0]?.extensions.code, taken: answer.data?.take };
}

test('Several files come at once, byte by byte, under their own names, and none stays.', async () => {
  const contents = [Buffer.alloc(3 * MEGABYTE, 'a'), Buffer.alloc(0), Buffer.from('%PDF'), Buffer.alloc(200_000, 7)];
  const names = ['Иванов билет.PDF', 'empty.pdf', '../../etc/passwd', 'a b.pdf'];
  const form = new FormData();
  for (const { name, content } of fieldsFor(4)) form.set(String(name), String(content));
  for (const [at, content] of contents.entries()) form.set(String(at), new File([content], names[at] ?? ''));
  const { taken } = await send(form);
  const expected = ['Иванов билет.PDF', 'empty.pdf', 'passwd', 'a b.pdf'];
  expect(taken).toEqual(
    await Promise.all(
      contents.map(async (content, at) => `${expected[at]} ${content.length} ${await hashOf([content])}`),
    ),
  );
  await nothingLeft();
});

test('While it is used a file has no name on disk; afterwards it is not there, whatever came of the request.', async () => {
  gate = newGate('uploads');
  const answer = send(rawMultipart([...fieldsFor(1), pdf(0)]), MULTIPART);
  await gate.entered;
  expect(onDisk()).toEqual([expect.stringMatching(/\.upload \(deleted\)$/)]);
  gate.open();
  expect((await answer).taken).toHaveLength(1);
  await nothingLeft();
  const boom = fieldsFor(1, 'mutation ($files: [Upload]!) { boom(file: $files) }');
  for (const query of [boom, fieldsFor(1, 'mutation {'), fieldsFor(1, '{ hello }')]) {
    const { taken } = await send(rawMultipart([...query, pdf(0)]), MULTIPART);
    expect(taken).toBeUndefined();
    await nothingLeft();
  }
});

describe('Refused is', () => {
  const chunked = (bytes: Uint8Array) => new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const post = (body: Uint8Array) => ({ method: 'POST', body: chunked(body), duplex: 'half' }) as const;

  test('a body above the limit, with its length told and without.', async () => {
    const large = rawMultipart([...fieldsFor(1), pdf(0, Buffer.alloc(33 * MEGABYTE))]);
    expect(await send(large, MULTIPART)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    const headers = { ...bearer(apiKey), ...MULTIPART };
    const response = await app.fetch('/graphql', { ...post(large), headers } as RequestInit);
    expect(response.status).toBe(413);
    await nothingLeft();
  });

  test('operations that are longer than any other request may be.', async () => {
    const [operations, map] = fieldsFor(1, `${TAKE} #${'x'.repeat(limits.bodyBytes)}`);
    const body = rawMultipart([operations as RawPart, map as RawPart, pdf(0)]);
    expect(await send(body, MULTIPART)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
  });

  test('a file of a stranger; what has no file is everybody’s.', async () => {
    const headers = { ...MULTIPART, 'X-Requested-With': 'test' };
    const ask = async (parts: RawPart[]) =>
      (await app.fetch('/graphql', { method: 'POST', headers, body: rawMultipart(parts) })).status;
    expect(await ask([...fieldsFor(1), pdf(0, Buffer.alloc(MEGABYTE))])).toBe(401);
    expect(await ask(fieldsFor(0, '{ hello }'))).toBe(200);
    await nothingLeft();
  });

  test('a body that is broken, and nothing of its files stays.', async () => {
    const body = rawMultipart([...fieldsFor(2), pdf(0, Buffer.alloc(MEGABYTE)), pdf(1)]);
    const broken = [
      body.subarray(0, body.length - 10),
      rawMultipart([...fieldsFor(2), pdf(0, Buffer.alloc(MEGABYTE))]),
    ];
    for (const bytes of [...broken, rawMultipart([pdf(0), ...fieldsFor(1)])]) {
      expect(await send(bytes, MULTIPART)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
      await nothingLeft();
    }
  });
});

/** A request that is written piece by piece; `write` waits until the gateway has taken the piece off this process. */
function dial(token = apiKey): {
  req: ClientRequest;
  write(chunk: Uint8Array): Promise<void>;
  answer: Promise<Answer>;
} {
  const headers = { ...MULTIPART, ...bearer(token) };
  const req = request({ port: app.app.port, host: '127.0.0.1', path: '/graphql', method: 'POST', headers });
  const answer = new Promise<Answer>((resolve, reject) => {
    req.on('error', reject);
    req.on('response', (response) => resolve(read(response)));
  });
  // a test that hangs up does not ask for it
  answer.catch(() => undefined);
  const write = (chunk: Uint8Array) =>
    new Promise<void>((resolve, reject) => req.write(chunk, (error) => (error ? reject(error) : resolve())));
  return { req, write, answer };
}
interface Answer {
  status: number | undefined;
  text: string;
}
async function read(response: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode, text };
}
/** The beginning of a request with one file, up to the file's content. */
const opening = () =>
  Buffer.concat([rawMultipart(fieldsFor(1)).subarray(0, -`--${BOUNDARY}--\r\n`.length), partHead(pdf(0))]);

test('A client that goes away midway leaves nothing: no file, no fault in the log, no place that is taken.', async () => {
  for (let times = 0; times < limits.uploadsPerCaller + 1; times += 1) {
    const { req, write } = dial();
    await write(opening());
    await write(Buffer.alloc(MEGABYTE));
    await expect.poll(() => onDisk().length).toBe(1);
    req.destroy();
    await nothingLeft();
  }
  expect(app.logged.filter((line) => /"level":(50|60)/.test(line) && !line.includes('"no"'))).toEqual([]);
});

test('A client that goes away while its file is used does not take it from those who use it.', async () => {
  gate = newGate('uploads');
  const { req } = dial();
  req.end(Buffer.concat([opening(), Buffer.from(`%PDF\r\n--${BOUNDARY}--\r\n`)]));
  await gate.entered;
  req.destroy();
  await new Promise((resolve) => req.once('close', resolve));
  // by the time it answers somebody else, it has seen that one go
  await app.fetch('/health/live');
  expect(onDisk()).toHaveLength(1);
  gate.open();
  await nothingLeft();
  expect(app.logged.filter((line) => /"level":(50|60)/.test(line) && !line.includes('"no"'))).toEqual([]);
});

test('A caller may have so many under way, and the next when one is done.', async () => {
  const open = [dial(), dial()];
  for (const { write } of open) await write(Buffer.concat([opening(), Buffer.from('%PDF')]));
  await expect.poll(() => onDisk().length).toBe(2);
  const another = () => send(rawMultipart([...fieldsFor(1), pdf(0)]), MULTIPART);
  expect(await another()).toMatchObject({ status: 429, code: 'TOO_MANY_UPLOADS' });
  const { apiKey: theirs } = await app.partner();
  expect(await send(rawMultipart([...fieldsFor(1), pdf(0)]), MULTIPART, theirs)).toMatchObject({ status: 200 });
  const [first, second] = open as [(typeof open)[0], (typeof open)[0]];
  first.req.end(`\r\n--${BOUNDARY}--\r\n`);
  expect(await first.answer).toMatchObject({ status: 200 });
  expect(await another()).toMatchObject({ status: 200 });
  second.req.destroy();
  await nothingLeft();
});

test('Thirty megabytes pass through a gateway that holds next to nothing of them.', async () => {
  const { req, write, answer } = dial();
  const chunk = Buffer.alloc(64 * 1024, 'x');
  await write(opening());
  const before = bytesHeld();
  let peak = 0;
  for (let sent = 1; sent <= 30; sent += 1) {
    for (let pieces = 0; pieces < 16; pieces += 1) await write(chunk);
    // what has left the client is in the gateway, but for what sockets hold
    if (sent % 5 === 0) peak = Math.max(peak, bytesHeld() - before);
  }
  expect(peak).toBeLessThan(8 * MEGABYTE);
  gate = newGate('uploads');
  req.end(`\r\n--${BOUNDARY}--\r\n`);
  await gate.entered;
  expect(bytesHeld() - before).toBeLessThan(8 * MEGABYTE);
  gate.open();
  const { text } = await answer;
  const hash = await hashOf(Array.from({ length: 30 * 16 }, () => chunk));
  expect(JSON.parse(text)).toEqual({ data: { take: [`0.pdf ${30 * MEGABYTE} ${hash}`] } });
  await nothingLeft();
});

test('What a killed gateway left on disk is gone after the next start.', async () => {
  const folder = join(app.config.dataDir, 'uploads');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'left.upload'), '%PDF');
  await app.restart();
  expect(onDisk()).toEqual([]);
});
