import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { startTestApp } from '../support/app.ts';
import { openShop, rub, unique } from '../support/builders.ts';
import { compile, connectionFields, pagination } from '../support/relay.ts';

/** Relay's compiler takes the schema as it is committed, and what it makes of each connection runs here. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const connections = connectionFields(schema);
const pages = connections.flatMap((connection) => pagination(connection, schema) ?? []);

const mutation = {
  module: 'Transfer',
  source: `mutation TransferMutation($input: TransferCreateInput!, $connections: [ID!]!) {
    transferCreate(input: $input) {
      __typename
      ... on TransferCreateSuccess {
        payment @appendNode(connections: $connections, edgeTypeName: "PaymentEdge") { id status }
      }
      ... on Error { code message }
    }
  }`,
};
const subscription = {
  module: 'Watch',
  source: `subscription WatchSubscription($id: ID!) { walletUpdated(id: $id) { id status ...Walletpayments_page } }`,
};
const page = {
  module: 'WalletPage',
  source: `query WalletPageQuery($id: ID!) { node(id: $id) { ... on Wallet { id ...Walletpayments_page @alias } } ...Querywallets_page }`,
};

test('Relay’s compiler takes the schema and a page of every connection that can be asked for again.', async () => {
  expect(pages.length).toBeGreaterThan(10);
  const { said, documents } = await compile([...pages, mutation, subscription, page]);
  expect(said).not.toMatch(/error|✖/i);
  const texts = Object.values(documents);
  expect(texts).toHaveLength(pages.length + 3);
  for (const text of texts) expect(validate(schema, parse(text))).toEqual([]);

  const [anna, boris] = [await shop.wallet({ holds: '10' }), await shop.wallet()];
  const text = (name: string) => texts.find((one) => one.includes(` ${name}(`)) ?? '';
  const input = {
    idempotencyKey: unique('relay'),
    fromWalletId: anna,
    to: { walletId: boris },
    amount: rub('1'),
    confirm: true,
  };
  const paid = await gateway.query(shop.apiKey, text('TransferMutation'), { input });
  expect(paid).toMatchObject({ data: { transferCreate: { __typename: 'TransferCreateSuccess' } } });
  const first = await gateway.query<Page>(shop.apiKey, text('WalletpaymentsQuery'), { id: anna, count: 1 });
  const { edges, pageInfo } = first.data?.node.payments ?? { edges: [], pageInfo: null };
  expect(edges).toHaveLength(1);
  const second = await gateway.query<Page>(shop.apiKey, text('WalletpaymentsQuery'), {
    id: anna,
    count: 1,
    cursor: pageInfo?.endCursor,
  });
  expect(second.data?.node.payments.edges).toHaveLength(1);
  expect(second.data?.node.payments.edges[0]?.node.id).not.toBe(edges[0]?.node.id);
});

interface Page {
  node: { payments: { edges: { node: { id: string } }[]; pageInfo: { endCursor: string } } };
}

test('What Relay does not take is told: the compiler’s word counts.', async () => {
  const wrong = { module: 'Wrong', source: 'query WrongQuery { wallets(first: 1) { nothing } }' };
  const { said, documents } = await compile([wrong]);
  expect(said).toMatch(/error|✖/i);
  expect(documents).toEqual({});
});
