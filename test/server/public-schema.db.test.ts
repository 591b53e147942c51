import { beforeAll, describe, expect, test, vi } from 'vitest';
import { OpenWalletDocument } from '../../schema/operations.ts';
import { startTestApp, type TestApp, take } from '../support/app.ts';
import { run } from '../support/operations.ts';

/** What the edge and the public schema do together. */

let app: TestApp;
let apiKey: string;
let walletId: string;

beforeAll(async () => {
  app = await startTestApp();
  ({ apiKey } = await app.partner());
  walletId = await openWallet('first', '+79261110001');
});

async function openWallet(idempotencyKey: string, phone: string): Promise<string> {
  const input = { idempotencyKey, phone, currency: 'RUB', identification: 'FULL' as const };
  const { walletOpen } = await run(app, apiKey)(OpenWalletDocument, { input });
  if (walletOpen?.__typename !== 'WalletOpenSuccess') throw new Error(JSON.stringify(walletOpen));
  return walletOpen.wallet.id;
}

describe('a subscriber that leaves while nothing happens', () => {
  const query = 'subscription Watch($id: ID!) { walletUpdated(id: $id) { status } }';

  test('is let go of over WebSocket, by `complete` and by the end of the connection', async () => {
    const client = app.ws(apiKey, { lazy: false });
    const watching = () => take(client.iterate({ query, variables: { id: walletId } }), 1);
    expect(await watching()).toEqual([{ data: { walletUpdated: { status: 'ACTIVE' } } }]);
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0));
    const iterator = client.iterate({ query, variables: { id: walletId } });
    await iterator.next();
    expect(app.deps.hub.size()).toBe(1);
    await client.dispose();
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0));
  });

  test('is let go of over SSE', async () => {
    expect(await take(app.sse(apiKey).iterate({ query, variables: { id: walletId } }), 1)).toHaveLength(1);
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(0));
  });
});

describe('events over SSE', () => {
  test('have their cursor as id; Last-Event-ID resumes', async () => {
    const query = encodeURIComponent('subscription { events { id cursor type } }');
    const first = app.sse(apiKey).iterate<{ events: { id: string; cursor: string } }>({
      query: 'subscription { events { id cursor type } }',
    });
    const firstEvent = first.next();
    await vi.waitFor(() => expect(app.deps.hub.size()).toBe(1));
    await openWallet('second', '+79261110002');
    await openWallet('third', '+79261110003');
    const { value } = await firstEvent;
    const cursor: string = value.data.events.cursor;
    await first.return?.();
    const abort = new AbortController();
    const headers = { Accept: 'text/event-stream', Authorization: `Bearer ${apiKey}`, 'Last-Event-ID': cursor };
    const response = await app.fetch(`/graphql?query=${query}`, { headers, signal: abort.signal });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk as Uint8Array);
      if (text.includes('event: next\n') && text.endsWith('\n\n')) break;
    }
    abort.abort();
    const [, id, data = '{}'] = /event: next\nid: (\S+)\ndata: (.+)\n\n/.exec(text) ?? [];
    expect(JSON.parse(data).data.events).toMatchObject({ cursor: id, type: 'WALLET_OPENED' });
    expect(id).not.toBe(cursor);
  });

  test('a cursor that is garbage is a refusal with a code, on both transports', async () => {
    const query = 'subscription { events(after: "garbage") { id } }';
    const bySse = await take(app.sse(apiKey).iterate({ query }), 1).catch((error: unknown) => [error]);
    const byWs = await take(app.ws(apiKey).iterate({ query }), 1).catch((error: unknown) => [error]);
    expect(JSON.stringify([bySse, byWs])).not.toContain('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(bySse)).toContain('BAD_USER_INPUT');
    expect(JSON.stringify(byWs)).toContain('BAD_USER_INPUT');
  });
});

test('Another partner’s wallet does not exist, on any transport.', async () => {
  const other = await app.partner('Other');
  const query = `{ wallet(id: "${walletId}") { id } }`;
  expect(await app.query(other.apiKey, query)).toEqual({ data: { wallet: null } });
  expect(await take(app.ws(other.apiKey).iterate({ query }), 1)).toEqual([{ data: { wallet: null } }]);
  const watching = take(
    app.ws(other.apiKey).iterate({ query: `subscription { walletUpdated(id: "${walletId}") { id } }` }),
    1,
  );
  expect(JSON.stringify(await watching.catch((errors: unknown) => errors))).toContain('there is no such wallet');
});
