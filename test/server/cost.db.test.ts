import { describe, expect, test } from 'vitest';
import { operationLimits } from '../../src/graphql/builder.ts';
import { bearer, startTestApp, take } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { booksStay } from '../support/refused.ts';

/** What one operation may cost by the public schema: depth, breadth, cost, on each transport, before anything is done. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const wallet = await shop.wallet({ holds: '10' });

const tooMuch = (limit: string) => ({
  message: expect.stringMatching(new RegExp(`^The operation asks for too much: ${limit} [\\d.]+, at most \\d+\\. `)),
  extensions: { code: 'OPERATION_TOO_COMPLEX' },
});
const page = (first: number | string) => `payments(first: ${first}) { edges { node { id status } } }`;
const wide = `{ viewer { ${'kind '.repeat(260)} } }`;

describe('An operation', () => {
  test('that is too dear is refused, wherever its pages are said: in the document, a variable, a default.', async () => {
    const costly = (first: string) => `{ wallets(first: 100) { edges { node { ${page(first)} } } } }`;
    for (const [document, variables] of [
      [costly('100'), {}],
      [`query ($n: Int) ${costly('$n')}`, { n: 100 }],
      [`query ($n: Int = 100) ${costly('$n')}`, {}],
    ] as const) {
      const { data, errors } = await gateway.query(shop.apiKey, document, variables);
      expect({ data, errors }).toMatchObject({ data: null, errors: [tooMuch('complexity')] });
    }
    expect(await gateway.query(shop.apiKey, `query ($n: Int) ${costly('$n')}`, { n: 1 })).not.toHaveProperty('errors');
  });

  test('whose page is negative or zero does not pay for another.', async () => {
    for (const first of [-1_000_000, 0]) {
      const document = `{ cheap: ${page(first)} wallets(first: 100) { edges { node { ${page(100)} } } } }`;
      const { errors } = await gateway.query(shop.apiKey, document);
      expect(errors).toMatchObject([tooMuch('complexity')]);
    }
  });

  test('that asks for too many fields is refused.', async () => {
    const { errors } = await gateway.query(shop.apiKey, wide);
    expect(errors).toMatchObject([tooMuch('breadth')]);
  });

  test('that is too deep for the schema is refused, through fragments, too.', async () => {
    const hop = 'payments(first: 1) { edges { node { wallet {';
    const deep = `{ wallet(id: "${wallet}") { ${hop.repeat(3)} id ${'} } } }'.repeat(3)} } }`;
    expect((await gateway.query(shop.apiKey, deep)).errors).toMatchObject([tooMuch('depth')]);
    const fragments = [0, 1, 2].map(
      (at) => `fragment F${at} on Wallet { ${hop} ${at < 2 ? `...F${at + 1}` : 'id'} } } } } }`,
    );
    const spread = `{ wallet(id: "${wallet}") { ...F0 } } ${fragments.join(' ')}`;
    expect((await gateway.query(shop.apiKey, spread)).errors).toMatchObject([
      { extensions: { code: 'OPERATION_TOO_COMPLEX' } },
    ]);
  });

  test('that changes something is refused before it does.', async () => {
    const input = `{ idempotencyKey: "dear", fromWalletId: "${wallet}", to: { phone: "+79261234567" }, amount: { amount: "1", currency: "RUB" }, confirm: true }`;
    const walletOf = `... on TransferCreateSuccess { payment { wallet { payments(first: 100) { edges { node { wallet { ${page(100)} } } } } } } }`;
    const document = `mutation { transferCreate(input: ${input}) { ${walletOf} } }`;
    const { errors } = await booksStay(gateway, () => gateway.query(shop.apiKey, document));
    expect(errors).toMatchObject([tooMuch('complexity')]);
  });
});

describe('A subscription', () => {
  const document = `subscription ($n: Int) { walletUpdated(id: "${wallet}") { payments(first: 100) { edges { node { wallet { ${page('$n')} } } } } } }`;

  test('that is too dear is refused before it begins, over WebSocket and SSE.', async () => {
    const asked = { query: document, variables: { n: 100 } };
    const [overWs] = await take(gateway.ws(shop.apiKey).iterate(asked), 1);
    expect(overWs).toMatchObject({ errors: [tooMuch('complexity')] });
    const overSse = await gateway.fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', ...bearer(shop.apiKey) },
      body: JSON.stringify(asked),
    });
    expect([overSse.status, await overSse.text()]).toEqual([400, expect.stringContaining('OPERATION_TOO_COMPLEX')]);
    expect(gateway.deps.hub.size()).toBe(0);
  });

  test('that is not begins.', async () => {
    const [state] = await take(gateway.ws(shop.apiKey).iterate({ query: document, variables: { n: 1 } }), 1);
    expect(state).toMatchObject({ data: { walletUpdated: { payments: { edges: [{}] } } } });
  });
});

/** Fragments of which each spreads the next so many times: paths without number, in few words. */
const fan = (levels: number, times: number) =>
  `{ ...F0 } ${Array.from({ length: levels }, (_, at) => `fragment F${at} on Query { ${`...F${at + 1} `.repeat(times)} }`).join(' ')} fragment F${levels} on Query { viewer { kind } }`;

/** Each would take minutes, or for ever, if every path in it were walked. */
test.each([
  ['fans out ten to the fifth', fan(5, 10)],
  ['fans out fourteen to the sixth', fan(6, 14)],
  ['doubles sixty times', fan(60, 2)],
  ['goes in a circle', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A ...A }'],
  ['says one field two thousand times', `{ viewer { ${'kind '.repeat(1_900)} } }`],
  [
    'asks for one list with many arguments',
    `{ ${Array.from({ length: 200 }, (_, at) => `wallets(first: ${at}) { __typename }`).join(' ')} }`,
  ],
  ['opens two thousand brackets', `{ wallets(first: ${'['.repeat(1_900)}`],
  ['opens two thousand braces', '{ viewer '.repeat(900)],
  [
    'asks the schema for itself in a circle',
    `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'} } '.repeat(6)} } } }`,
  ],
])('A document that %s is refused while others are answered.', async (_what, document) => {
  const others = [1, 2, 3].map(() => gateway.query(shop.apiKey, '{ viewer { kind } }'));
  const { data, errors } = await gateway.query(shop.apiKey, document);
  expect(data ?? null).toBeNull();
  expect(['OPERATION_TOO_COMPLEX', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED']).toContain(
    errors?.[0]?.extensions?.['code'],
  );
  expect(await Promise.all(others)).toEqual(others.map(() => ({ data: { viewer: { kind: 'PARTNER' } } })));
});

test('The limits are those that the documentation tells.', () => {
  expect(operationLimits).toEqual({ complexity: 5_000, depth: 12, breadth: 250 });
});
