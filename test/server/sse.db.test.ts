import { beforeAll, describe, expect, test, vi } from 'vitest';
import { bearer, startTestApp, type TestApp, take } from '../support/app.ts';
import { edgeSchema, happen } from './edge-schema.ts';

let app: TestApp;
let partnerId: string;
let apiKey: string;

beforeAll(async () => {
  app = await startTestApp({ schema: edgeSchema, limits: { heartbeatMs: 20, stallMs: 400 } });
  ({ partnerId, apiKey } = await app.partner());
});

interface SseMessage {
  event: string;
  id: string | null;
  data: string;
}

/** A subscription by hand: the response, and its messages as they come. Comments are messages whose event is `:`. */
async function subscribe(query: string, headers: Record<string, string> = {}, method: 'GET' | 'POST' = 'GET') {
  const abort = new AbortController();
  const common = { headers: { Accept: 'text/event-stream', ...bearer(apiKey), ...headers }, signal: abort.signal };
  const response =
    method === 'GET'
      ? await app.fetch(`/graphql?query=${encodeURIComponent(query)}`, common)
      : await app.fetch('/graphql', {
          method,
          ...common,
          headers: { ...common.headers, 'Content-Type': 'application/json' },
          body: JSON.stringify({ query }),
        });
  return { response, messages: parse(response), cut: () => abort.abort() };
}

async function* parse(response: Response): AsyncGenerator<SseMessage> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string) =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trim() ?? null;
      yield {
        event: field('event') ?? (lines[0]?.startsWith(':') ? ':' : ''),
        id: field('id'),
        data: field('data') ?? '',
      };
    }
  }
}

async function* only(messages: AsyncIterable<SseMessage>, event: string): AsyncGenerator<SseMessage> {
  for await (const message of messages) if (message.event === event) yield message;
}

const walletOf = ({ data }: SseMessage): string => JSON.parse(data).data.events.walletId;

describe.each(['GET', 'POST'] as const)('a subscription by %s', (method) => {
  test('sends each result, then complete', async () => {
    const { response, messages } = await subscribe('subscription { count(to: 2) }', {}, method);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const all: SseMessage[] = [];
    for await (const message of messages) if (message.event) all.push(message);
    expect(all).toEqual([
      { event: 'next', id: null, data: '{"data":{"count":1}}' },
      { event: 'next', id: null, data: '{"data":{"count":2}}' },
      { event: 'complete', id: null, data: '' },
    ]);
  });

  test('is read by a page of any origin', async () => {
    const { response, messages } = await subscribe(
      'subscription { count(to: 1) }',
      { Origin: 'https://shop.example' },
      method,
    );
    expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect((await take(messages, 2)).map(({ event }) => event)).toContain('next');
    const again = await subscribe('subscription { count(to: 1) }', {}, method);
    expect(again.response.headers.get('access-control-allow-origin')).not.toBe('https://shop.example');
    again.cut();
  });

  test('carries the cursor as id, and Last-Event-ID resumes after it', async () => {
    const label = `wallet-${method}-`;
    const query = 'subscription { events { walletId cursor } }';
    const first = await subscribe(query, {}, method);
    const all = await happen(app.deps, partnerId, label, 6);
    const seen = await take(only(first.messages, 'next'), 2);
    first.cut();
    expect(seen.map(({ id, data }) => id === JSON.parse(data).data.events.cursor)).toEqual([true, true]);
    const second = await subscribe(query, { 'Last-Event-ID': seen[1]?.id ?? '' }, method);
    const rest = await take(only(second.messages, 'next'), 4);
    second.cut();
    expect([...seen, ...rest].map(walletOf)).toEqual(all);
  });
});

describe('the graphql-sse client', () => {
  test('reads subscriptions, queries and refusals', async () => {
    const client = app.sse(apiKey);
    expect(await take(client.iterate({ query: 'subscription { count(to: 3) }' }), 3)).toEqual(
      [1, 2, 3].map((count) => ({ data: { count } })),
    );
    expect(await take(client.iterate({ query: '{ hello }' }), 1)).toEqual([{ data: { hello: 'world' } }]);
    await expect(take(client.iterate({ query: '{ helo }' }), 1)).resolves.toMatchObject([
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ]);
  });

  test('resumes where it was cut off', async () => {
    const query = 'subscription { events { walletId cursor } }';
    type Result = { events: { walletId: string; cursor: string } };
    const client = app.sse(apiKey);
    const iterator = client.iterate<Result>({ query });
    const firstTwo = take(iterator, 2);
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(1));
    const all = await happen(app.deps, partnerId, 'resumed', 5);
    const seen = await firstTwo;
    const cursor = seen[1]?.data?.events.cursor ?? '';
    const rest = await take(app.sse(apiKey, { 'Last-Event-ID': cursor }).iterate<Result>({ query }), 3);
    expect([...seen, ...rest].map(({ data }) => data?.events.walletId)).toEqual(all);
  });
});

describe('a stream', () => {
  test('has heartbeats', async () => {
    const { messages, cut } = await subscribe('subscription { events { cursor } }');
    expect(await take(only(messages, ':'), 3)).toHaveLength(3);
    cut();
  });

  test('that the client leaves is let go of, even while nothing happens', async () => {
    const { cut } = await subscribe('subscription { events { cursor } }');
    await vi.waitFor(() => expect(app.deps.hub.size()).toBeGreaterThan(0));
    cut();
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0));
  });

  test('whose client reads nothing is cut off', async () => {
    const stream = await subscribe('subscription { events { padding(length: 500000) } }');
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(1));
    await happen(app.deps, partnerId, 'unread', 60);
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0), { timeout: 20_000 });
    stream.cut();
  });

  test('masks faults, with a request id', async () => {
    const { messages } = await subscribe('subscription { broken }', { 'X-Request-Id': 'stream-1' });
    const all: SseMessage[] = [];
    for await (const message of messages) if (message.event) all.push(message);
    expect(all.map(({ event }) => event)).toEqual(['next', 'next', 'complete']);
    expect(JSON.stringify(all)).not.toContain('hunter2');
    expect(JSON.parse(all[1]?.data ?? '')).toMatchObject({ errors: [{ extensions: { requestId: 'stream-1' } }] });
  });

  test('masks faults of a field, and goes on', async () => {
    const { messages, cut } = await subscribe('subscription { events { walletId boom } }');
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(1));
    await happen(app.deps, partnerId, 'faulty', 2);
    const seen = await take(only(messages, 'next'), 2);
    cut();
    expect(seen.map(walletOf)).toEqual(['faulty1', 'faulty2']);
    expect(JSON.stringify(seen)).not.toContain('hunter2');
  });

  test('is cut without `complete` when the gateway stops, and nothing is lost', async () => {
    const own = await startTestApp({ schema: edgeSchema });
    const partner = await own.partner();
    const query = 'subscription { events { walletId cursor } }';
    const seen: { walletId: string; cursor: string }[] = [];
    type Result = { events: { walletId: string; cursor: string } };
    const follow = async (headers: Record<string, string>, last: string) => {
      for await (const { data } of own.sse(partner.apiKey, headers).iterate<Result>({ query })) {
        if (data) seen.push(data.events);
        if (data?.events.walletId === last) return 'all seen';
      }
      return 'complete';
    };
    const first = follow({}, 'never').catch((error: Error) => error);
    await vi.waitFor(() => expect(own.deps.hub.size()).toBe(1));
    const before = await happen(own.deps, partner.partnerId, 'before', 5);
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0));
    const after = await happen(own.deps, partner.partnerId, 'after', 5);
    await own.restart();
    expect(await first).toBeInstanceOf(Error);
    if (seen.at(-1)?.walletId !== 'after5') await follow({ 'Last-Event-ID': seen.at(-1)?.cursor ?? '' }, 'after5');
    expect(seen.map(({ walletId }) => walletId)).toEqual([...before, ...after]);
  });
});
