import { expect, test } from 'vitest';
import {
  CreateTransferDocument,
  FollowEventsDocument,
  ReadEventsDocument,
  WalletStatementDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone, openShop, rub, unique } from '../support/builders.ts';
import { subscribe } from '../support/operations.ts';
import { booksStay, faults } from '../support/refused.ts';

/** Cursors, pages, instants and documents that cannot be. There is no result union for them: they are errors with a code. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { apiKey } = shop;
const taken = newPhone();
const [anna, boris] = [await shop.wallet({ holds: '1000', phone: taken }), await shop.wallet()];
const key = () => ({ idempotencyKey: unique('query') });

const garbage = ['garbage', '', '!', 'AQ', Buffer.from('k1:wal_0').toString('base64url'), 'x'.repeat(5_000)];
const page = (document: string, cursor: string, where: string) => ({
  title: `"${cursor.slice(0, 20)}" is no cursor of ${where}.`,
  token: apiKey,
  document,
  variables: { cursor },
  code: 'BAD_USER_INPUT',
  message: /cursor/i,
});
faults(
  gateway,
  garbage.flatMap((cursor) => [
    page('query ($cursor: Cursor) { payments(after: $cursor) { edges { cursor } } }', cursor, 'payments, after it'),
    page('query ($cursor: Cursor) { wallets(before: $cursor) { edges { cursor } } }', cursor, 'wallets, before it'),
    page(
      `query ($cursor: Cursor) { wallet(id: "${anna}") { statement(after: $cursor) { edges { cursor } } } }`,
      cursor,
      'a statement',
    ),
    page('query ($cursor: Cursor) { events(after: $cursor) { endCursor } }', cursor, 'the events'),
  ]),
);

const sizes = [0, -1, 101, 2_147_483_647];
faults(gateway, [
  ...sizes.flatMap((first) =>
    ['payments', 'wallets', 'customers', 'ledger { accounts', 'ledger { entries'].map((list) => ({
      title: `A page of ${first} ${list.split(' ').at(-1)} is refused.`,
      token: apiKey,
      document: `query ($first: Int) { ${list}(first: $first) { edges { cursor } } ${list.includes('{') ? '}' : ''} }`,
      variables: { first },
      code: first > 1_000 ? 'OPERATION_TOO_COMPLEX' : 'BAD_USER_INPUT',
    })),
  ),
  {
    title: 'A page from both ends is refused.',
    token: apiKey,
    document: '{ payments(first: 1, last: 1) { edges { cursor } } }',
    code: 'BAD_USER_INPUT',
  },
  {
    title: 'A page of 101 lines of a statement is refused.',
    token: apiKey,
    document: WalletStatementDocument,
    variables: { id: anna, first: 101 },
    code: 'BAD_USER_INPUT',
  },
  {
    title: 'A page of 101 events is refused.',
    token: apiKey,
    document: ReadEventsDocument,
    variables: { first: 101 },
    code: 'BAD_USER_INPUT',
  },
  {
    title: '101 ids at once are refused.',
    token: apiKey,
    document: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: { ids: new Array(101).fill(anna) },
    code: 'BAD_USER_INPUT',
    message: /100/,
  },
  {
    title: '101 phones at once are refused.',
    token: apiKey,
    document: 'query ($phones: [PhoneNumber!]!) { walletsByPhone(phones: $phones) { id } }',
    variables: { phones: new Array(101).fill(taken) },
    code: 'BAD_USER_INPUT',
    message: /100/,
  },
  ...[
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '2026-01-01',
    '1767225600',
    '2026-01-01T00:00:00',
    '',
  ].map((from) => ({
    title: `"${from}" is no instant.`,
    token: apiKey,
    document: WalletStatementDocument,
    variables: { id: anna, from },
    code: 'BAD_USER_INPUT',
    message: /DateTime/,
  })),
  {
    title: 'An amount that is none is no filter.',
    token: apiKey,
    document: '{ payments(filter: { amountMin: "" }) { edges { cursor } } }',
    code: 'BAD_USER_INPUT',
    message: /amountMin/,
  },
  {
    title: 'A direction needs a wallet.',
    token: apiKey,
    document: '{ payments(filter: { direction: IN }) { edges { cursor } } }',
    code: 'BAD_USER_INPUT',
    message: /direction/,
  },
  {
    title: 'A locale that is none is refused.',
    token: apiKey,
    document: `{ wallet(id: "${anna}") { balances { posted { formatted(locale: "!!") } } } }`,
    code: 'BAD_USER_INPUT',
    message: /locale/,
  },
  {
    title: 'A customer is named in one way only.',
    token: apiKey,
    document: '{ customer(id: "a", externalId: "b") { id } }',
    code: 'BAD_USER_INPUT',
  },
  { title: 'A document that is too deep is refused.', token: apiKey, document: deep(), code: 'OPERATION_TOO_COMPLEX' },
  {
    title: 'A document that asks for too much is refused.',
    token: apiKey,
    document: '{ wallets(first: 100) { edges { node { payments(first: 100) { edges { node { id status } } } } } } }',
    code: 'OPERATION_TOO_COMPLEX',
  },
  {
    title: 'Two recipients at once are refused.',
    token: apiKey,
    document: CreateTransferDocument,
    variables: { input: { ...key(), fromWalletId: anna, to: { walletId: boris, phone: taken }, amount: rub('1') } },
    code: 'BAD_USER_INPUT',
  },
  {
    title: 'No recipient is refused.',
    token: apiKey,
    document: CreateTransferDocument,
    variables: { input: { ...key(), fromWalletId: anna, to: {}, amount: rub('1') } },
    code: 'BAD_USER_INPUT',
  },
  {
    title: 'A field that there is not is refused.',
    token: apiKey,
    document: CreateTransferDocument,
    variables: { input: { ...key(), fromWalletId: anna, to: { walletId: boris }, amount: rub('1'), tip: 1 } },
    code: 'BAD_USER_INPUT',
  },
]);

function deep(levels = 8): string {
  const open = 'payments(first: 1) { edges { node { wallet { '.repeat(levels);
  return `{ wallet(id: "${anna}") { ${open} id ${' } } } }'.repeat(levels)} } }`;
}

test('A subscription with a cursor that is none ends with that word.', async () => {
  const events = subscribe(gateway.ws(apiKey), FollowEventsDocument, { after: 'garbage' });
  await expect(booksStay(gateway, () => events.next())).rejects.toThrow('BAD_USER_INPUT');
});
