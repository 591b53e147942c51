import { describe, expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { present } from '../../src/lib/assert.ts';
import { type IdKind, idPrefixes } from '../../src/lib/ids.ts';
import { type IdPlace, idPlaces, idsBelow } from '../support/schema-walk.ts';
import { everythingStored } from '../support/secrets.ts';
import { countStatements } from '../support/statements.ts';
import { bare, idsIn, kinds, missing, openTenancy, PATIENT, readerNames, told } from '../support/tenancy.ts';

/**
 * What is somebody else's does not exist: at every place of the schema that takes an id, another partner and another customer are
 * told of a real one exactly what they are told of one that nobody has, and nothing moves.
 */

const tenancy = await openTenancy();
const { gateway, theirs, readers, rows } = tenancy;
const { pool } = gateway.deps.db;

/** Where a customer may name what is another's: who is paid, and who is asked to pay. */
const COUNTERPARTY = ['invoiceCreate payer.walletId', 'transferCreate to.walletId', 'transferBatchCreate toWalletId'];
/** Places whose answer hangs on something else first; each is named with what is shown instead. */
const OTHERWISE: Record<string, string> = {
  'partnerUpdate partnerId': 'FORBIDDEN',
  // a kept card cannot be paid to, whosever it is
  'paymentQuote destination.card.cardId': 'BAD_USER_INPUT',
  'paymentLink destination.card.cardId': 'NOT_SUPPORTED',
  'payoutCreate destination.card.cardId': 'INVALID_INPUT',
  // what is kept here is not paid by a card
  'paymentConfirm payWithCardId': 'INVALID_INPUT',
  // a wallet is paid by a transfer
  'payoutCreate destination.walletId': 'INVALID_INPUT',
};

/** Tables that change by themselves while time passes. */
const ALIVE = /^graphile_worker\.|\.(wallet_mirror|provider_account|service)$/;

const { places, unknown } = idPlaces(schema);
/** `node` and `nodes` take ids of every kind. */
const everyKind = unknown.flatMap((place) => kinds.map((kind) => ({ ...place, kind })));
const operations = [...places, ...everyKind].filter(({ root }) => root !== 'subscription');
const nameOf = ({ field, path }: IdPlace) =>
  `${field} ${path.filter((part) => part !== 'input' && part !== 'transfers').join('.')}`;

test('Of every place that takes an id it is known what the id is of.', () => {
  expect(unknown.map(({ field }) => field)).toEqual(['node', 'nodes']);
  expect(places.length).toBeGreaterThan(110);
});

describe.each(readerNames)('%s', PATIENT, (name, index) => {
  test('is told of a real id what it is told of one that nobody has.', async () => {
    const reader = present(readers[index], 'a reader');
    const differ: object[] = [];
    const odd: object[] = [];
    let asked = 0;
    for (const place of operations.filter(({ kind }) => reader.foreign.includes(kind))) {
      if (index === 2 && COUNTERPARTY.includes(nameOf(place))) continue;
      const none = await told(tenancy, reader, place, missing(place.kind));
      // a server may say everything that can be said, so that what is asked about is the id
      if (index === 0 && !none.includes(OTHERWISE[nameOf(place)] ?? wanted(place)))
        odd.push({ place: nameOf(place), none });
      for (const id of theirs.get(idPrefixes[place.kind]) ?? []) {
        asked += 1;
        const one = await told(tenancy, reader, place, id);
        if (one !== none) differ.push({ place: nameOf(place), id, one, none });
      }
    }
    process.stdout.write(`tenancy: ${name}: ${operations.length} places, ${asked} foreign ids said\n`);
    expect(asked).toBeGreaterThan(150);
    expect(odd).toEqual([]);
    expect(differ).toEqual([]);
  });
});

const wanted = ({ root }: IdPlace) => (root === 'mutation' ? 'NOT_FOUND' : '');

test(
  'A foreign id costs as many statements as one that nobody has, so that time tells nothing either.',
  PATIENT,
  async () => {
    const reader = present(readers[0], 'a reader');
    const statements = countStatements(pool);
    const cost = async (place: IdPlace, id: string): Promise<number> => {
      const before = statements();
      await told(tenancy, reader, place, id);
      return statements() - before;
    };
    /** Of two costs whether they are the same; what runs beside only adds to either. */
    const alike = async (place: IdPlace, ids: readonly [string, string]) => {
      const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as [number, number];
      for (let round = 0; round < 20 && (round < 2 || least[0] !== least[1]); round += 1) {
        for (const at of [0, 1] as const) least[at] = Math.min(least[at], await cost(place, ids[at]));
      }
      return least;
    };
    const differ = [];
    for (const place of operations) {
      const [foreign] = theirs.get(idPrefixes[place.kind]) ?? [];
      if (!foreign) continue;
      const [none, one] = await alike(place, [missing(place.kind), foreign]);
      if (one !== none) differ.push({ place: nameOf(place), kind: place.kind, none, one });
    }
    expect(differ).toEqual([]);
  },
);

/** Fields below the roots that take an id, each as a whole document. */
const below: Record<string, [kind: IdKind, document: string]> = {
  'Ledger.account(id)': ['LedgerAccount', 'query ($id: ID!) { ledger { account(id: $id) { id code } } }'],
  'Ledger.entries(accountId)': [
    'LedgerAccount',
    'query ($id: ID!) { ledger { entries(accountId: $id) { edges { node { id } } } } }',
  ],
  'Ledger.entries(paymentId)': [
    'Payment',
    'query ($id: ID!) { ledger { entries(paymentId: $id) { edges { node { id } } } } }',
  ],
  'Wallet.paymentTemplates(serviceId)': [
    'Service',
    'query ($id: ID!, $own: ID!) { wallet(id: $own) { paymentTemplates(serviceId: $id) { edges { node { id } } } } }',
  ],
  'Wallet.payments(filter.customerId)': [
    'Customer',
    'query ($id: ID!, $own: ID!) { wallet(id: $own) { payments(filter: { customerId: $id }) { edges { node { id } } } } }',
  ],
  'Wallet.payments(filter.walletId)': [
    'Wallet',
    'query ($id: ID!, $own: ID!) { wallet(id: $own) { payments(filter: { walletId: $id }) { edges { node { id } } } } }',
  ],
};

test('The same holds for every field below the roots that takes an id.', PATIENT, async () => {
  expect(idsBelow(schema).sort()).toEqual(Object.keys(below).sort());
  for (const [kind, document] of Object.values(below)) {
    for (const reader of readers.filter(({ foreign }) => foreign.includes(kind))) {
      const say = async (id: string) => {
        const variables = document.includes('$own') ? { id, own: reader.own.Wallet } : { id };
        return bare(await gateway.query(reader.token, document, variables), id);
      };
      const none = await say(missing(kind));
      expect(none).not.toContain('GRAPHQL_VALIDATION_FAILED');
      for (const id of theirs.get(idPrefixes[kind]) ?? []) expect(await say(id)).toBe(none);
    }
  }
});

test('Nothing of it was changed by all that, and nothing new knows of it.', async () => {
  const after = await everythingStored(pool);
  const known = new Set([...theirs].filter(([prefix]) => prefix !== 'svc').flatMap(([, list]) => list));
  const lost: string[] = [];
  const gained: string[] = [];
  for (const [table, text] of after) {
    if (ALIVE.test(table)) continue;
    const [was, is] = [new Set(rows.get(table)?.split('\n')), new Set(text.split('\n'))];
    const theirRows = (these: Set<string>, those: Set<string>) =>
      [...these]
        .filter((row) => !those.has(row) && idsIn(row).some((id) => known.has(id)))
        .map((row) => `${table}: ${row}`);
    lost.push(...theirRows(was, is));
    gained.push(...theirRows(is, was));
  }
  expect({ lost, gained }).toEqual({ lost: [], gained: [] });
});
