import { createClient } from 'graphql-ws';
import { beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { publishDocuments } from '../../../src/domain/document/publish-documents.ts';
import { bearer, take } from '../../support/app.ts';
import { codegenManifest, digest } from '../../support/documents.ts';
import { type RawAnswer, sendRaw } from '../../support/raw-http.ts';
import { startBothWays } from './both-ways.ts';
import { type Sample, samples } from './documents.ts';
import { doorSchema, touches } from './schema.ts';

/** What a registered document answers is the same compiled and interpreted: data, errors, places, statuses, headers. */

const ways = await startBothWays({ schema: doorSchema });
let apiKey = '';
const sent = { answered: 0, worded: 0 };

beforeAll(async () => {
  const partner = await ways.gateway.partner();
  apiKey = partner.apiKey;
  const manifest = codegenManifest(...new Set(samples.map(({ text }) => text)));
  await publishDocuments(ways.gateway.deps, { partnerId: partner.partnerId, name: 'app', manifest });
});

const asked = ({ text, variables }: Sample, accept: string) => ({
  headers: { 'Content-Type': 'application/json', Accept: accept, ...bearer(apiKey) },
  body: JSON.stringify({ documentId: digest(text), variables }),
});

const named = samples.map((sample) => ({ name: `${sample.text} ${JSON.stringify(sample.variables ?? {})}`, sample }));
const one = named.filter(({ sample }) => !sample.many);
const many = named.filter(({ sample }) => sample.many);

const counted = ({ body }: RawAnswer): void => {
  if ('errors' in JSON.parse(body)) sent.worded += 1;
  else sent.answered += 1;
};

test.each(one)('$name', async ({ sample }) => {
  counted(await ways.same(asked(sample, 'application/json')));
  counted(await ways.same(asked(sample, 'application/graphql-response+json')));
});

/** What several errors are about, whatever their order. */
const places = ({ status, body }: RawAnswer) => {
  const { data, errors } = JSON.parse(body) as { data: unknown; errors?: object[] };
  return { status, data, errors: errors?.map((error) => JSON.stringify(error)).sort() };
};

test.each(many)('several errors: $name', async ({ sample }) => {
  const { gateway, plain } = ways;
  const headers = { 'X-Request-Id': 'the-same', ...asked(sample, 'application/json').headers };
  const [here, there] = await Promise.all(
    [gateway.url, plain.url].map((url) => sendRaw(url, { ...asked(sample, 'application/json'), headers })),
  );
  expect(here && places(here)).toEqual(there && places(there));
  if (here) counted(here);
});

test('All of these came to the door: what went well was answered there, the rest was run there and worded by yoga.', async () => {
  expect(one.length).toBeGreaterThan(400);
  expect(await ways.met()).toEqual({ ...sent, passed_on: 0 });
});

test('A mutation runs once, whatever becomes of it.', async () => {
  for (const sample of samples.filter(({ text }) => text.startsWith('mutation'))) {
    const before = touches();
    await sendRaw(ways.gateway.url, asked(sample, 'application/json'));
    const there = touches();
    await sendRaw(ways.plain.url, asked(sample, 'application/json'));
    expect({ text: sample.text, times: there - before }).toEqual({ text: sample.text, times: touches() - there });
  }
});

test('Over WebSocket, too, a registered document answers the same.', async () => {
  const socket = (url: string) =>
    createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${apiKey}` },
    });
  const [here, there] = [socket(ways.gateway.url), socket(ways.plain.url)];
  try {
    for (const { text, variables } of samples.filter(({ many: several }) => !several)) {
      const query = { query: '', documentId: digest(text), ...(variables ? { variables } : {}) };
      const answer = async (client: typeof here) => {
        const [result] = await take(client.iterate(query), 1).catch((errors: unknown) => [{ errors }]);
        return JSON.stringify(result).replace(uuid, 'new');
      };
      expect(await answer(here)).toBe(await answer(there));
    }
  } finally {
    await Promise.all([here.dispose(), there.dispose()]);
  }
});

const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
