import type { GraphQLObjectType } from 'graphql';
import { typeid } from 'typeid-js';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/events/log.ts';
import { schema } from '../../src/graphql/schema.ts';
import { present } from '../../src/lib/assert.ts';
import { type IdKind, idPrefixes } from '../../src/lib/ids.ts';
import { bearer, startTestApp, take } from '../support/app.ts';
import { openShop, somebodysAccount } from '../support/builders.ts';
import { freePort } from '../support/qiwi.ts';
import { fieldPlaces, type IdPlace, idPlaces, operationAt, selectionOf, type Values } from '../support/schema-walk.ts';
import { everythingStored } from '../support/secrets.ts';
import { countStatements } from '../support/statements.ts';
import { anotherShop, everythingOf } from '../support/tenants.ts';

/**
 * What is somebody else's does not exist: at every place of the schema that takes an id, another partner and another customer are
 * told of a real one exactly what they are told of one that nobody has; and nothing of it is in what they can read.
 */

const gateway = await startTestApp({
  env: { PORT: await freePort() },
  // the documents of the walk are larger than what a client would ask
  limits: { aliases: 1_000, tokens: 20_000, depth: 40 },
  patience: { limits: { breakAfter: 1_000 } },
});
const { pool } = gateway.deps.db;

/** What all customers of a partner may see; the rest is one customer's, or the partner's own. */
const SHARED: readonly IdKind[] = [
  'Partner',
  'ProviderAccount',
  'Provider',
  'Service',
  'ServiceCategory',
  'Place',
  'Location',
];
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

interface Reader {
  token: string;
  /** What the reader has, to say where more than the id is asked for. */
  own: Partial<Record<IdKind, string>>;
  values: Record<string, unknown>;
  /** Kinds of ids of which this reader may know nothing. */
  foreign: readonly IdKind[];
}

const kinds = Object.keys(idPrefixes) as IdKind[];
const ids = /\b[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g;
const prefixOf = (id: string) => id.slice(0, 3);
const idsIn = (text: string): string[] => text.match(ids) ?? [];
const missing = (kind: IdKind) => typeid(idPrefixes[kind]).toString();

const shop = await openShop(gateway);
/** Everything that a customer of this shop has, and the shop for them: ids by their prefix. */
let theirs: Map<string, string[]>;
/** Of the customer. */
const phone = '+79265550102';
/** Every table before anybody else has asked for anything. */
let rows: Map<string, string>;
let readers: Reader[];

async function idsStored(): Promise<Map<string, string[]>> {
  const text = [...(await everythingStored(pool)).values()].join('\n');
  const found = new Map<string, string[]>();
  for (const id of new Set(idsIn(text))) found.set(prefixOf(id), [...(found.get(prefixOf(id)) ?? []), id]);
  return found;
}

beforeAll(async () => {
  await everythingOf(gateway, shop, phone);
  theirs = await idsStored();
  const boris = await shop.customer();
  const own = { Wallet: await shop.wallet({ owner: boris, holds: '100' }) };
  const { server, session, ...stranger } = await anotherShop(gateway, theirs.get(idPrefixes.Service) ?? []);
  readers = [
    { ...stranger, token: server, foreign: kinds },
    { ...stranger, token: session, foreign: kinds },
    { token: boris.token, own, values: {}, foreign: kinds.filter((kind) => !SHARED.includes(kind)) },
  ];
  rows = await everythingStored(pool);
}, 120_000);

/** What of theirs stands in an answer. */
const leaks = (reader: Reader, text: string): string[] => {
  const foreign = new Set(reader.foreign.map((kind): string => idPrefixes[kind]));
  return [
    ...idsIn(text).filter((id) => foreign.has(prefixOf(id)) && theirs.get(prefixOf(id))?.includes(id)),
    ...[phone, 'Belova', '4511654321'].filter((secret) => text.includes(secret)),
  ];
};

/** Stands in variables where a file belongs. */
const UPLOADED = '<file>';
const given: Record<string, unknown> = {
  Upload: UPLOADED,
  MoneyInput: { amount: '1.00', currency: 'RUB' },
  BankAccountInput: somebodysAccount,
  TopUpMethod: 'CARD',
  ServiceParameterInput: { id: 'phoneNumber', value: '+79261111111' },
  // who is paid is not what is looked at
  PaymentDestinationInput: { bankAccount: somebodysAccount },
};
const valuesOf = ({ own, values }: Reader): Values => ({
  id: (kind) => own[kind] ?? missing(kind),
  value: (place) => values[place] ?? given[place],
});

/** An answer but for the id itself and what no two answers share. */
const bare = (answer: unknown, id: string): string =>
  JSON.stringify(answer)
    .replaceAll(id, '<id>')
    .replaceAll(/"requestId":"[^"]+"/g, '')
    .replaceAll(/\b[a-zA-Z]+-\d+\b/g, '<new>');

/** What a reader is told when an id is said at a place. */
async function told(reader: Reader, place: IdPlace, id: string): Promise<string> {
  const { document: query, variables } = operationAt(schema, place, id, valuesOf(reader));
  const text = JSON.stringify(variables);
  if (!text.includes(UPLOADED)) return bare(await gateway.query(reader.token, query, variables), id);
  // a file is a part of a multipart request, and the only one here is `input.file`
  const form = new FormData();
  form.set('operations', JSON.stringify({ query, variables: JSON.parse(text.replace(`"${UPLOADED}"`, 'null')) }));
  form.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
  form.set('0', new File([Buffer.from('89504e470d0a1a0a00', 'hex')], 'me.png', { type: 'image/png' }));
  const answer = await gateway.fetch('/graphql', { method: 'POST', headers: bearer(reader.token), body: form });
  return bare(await answer.json(), id);
}

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

/** Hundreds of requests each: a busy machine needs its time. */
const PATIENT = { timeout: 180_000 };
const readerNames: [string, number][] = [
  ['The server of another partner', 0],
  ['A customer of another partner', 1],
  ['Another customer of the same partner', 2],
];

describe.each(readerNames)('%s', PATIENT, (name, index) => {
  test('is told of a real id what it is told of one that nobody has.', async () => {
    const reader = present(readers[index], 'a reader');
    const differ: object[] = [];
    const odd: object[] = [];
    let asked = 0;
    for (const place of operations.filter(({ kind }) => reader.foreign.includes(kind))) {
      if (index === 2 && COUNTERPARTY.includes(nameOf(place))) continue;
      const none = await told(reader, place, missing(place.kind));
      // a server may say everything that can be said, so that what is asked about is the id
      if (index === 0 && !none.includes(OTHERWISE[nameOf(place)] ?? wanted(place)))
        odd.push({ place: nameOf(place), none });
      for (const id of theirs.get(idPrefixes[place.kind]) ?? []) {
        asked += 1;
        const one = await told(reader, place, id);
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
      await told(reader, place, id);
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

describe.each(readerNames)('%s', PATIENT, (_name, index) => {
  test('hears nothing of it by subscription.', async () => {
    const reader = present(readers[index], 'a reader');
    const client = gateway.ws(reader.token);
    const first = async (place: IdPlace, id: string) => {
      const { document: query, variables } = operationAt(schema, place, id, valuesOf(reader));
      const said = await take(client.iterate({ query, variables }), 1).catch((error: unknown) => error);
      return bare(said, id);
    };
    const ofOne = places.filter(({ root, path }) => root === 'subscription' && path[0] === 'id');
    expect(ofOne.map(({ field }) => field)).toEqual(expect.arrayContaining(['paymentUpdated', 'walletUpdated']));
    for (const place of ofOne) {
      const none = await first(place, missing(place.kind));
      expect(none).toContain('there is no such');
      for (const id of theirs.get(idPrefixes[place.kind]) ?? []) expect(await first(place, id)).toBe(none);
    }

    // the log from its beginning: as many events as the reader has, and none of them knows of it
    const selection = selectionOf(
      schema,
      present(schema.getType('Event') as GraphQLObjectType | undefined, 'the type of an event'),
    );
    const beginning = { after: encodeCursor(0n) };
    const own = await gateway.query<{ events: { events: object[] } }>(
      reader.token,
      `query ($after: Cursor!) { events(after: $after, first: 100) { events ${selection} } }`,
      beginning,
    );
    const count = own.data?.events.events.length ?? 0;
    expect(count).toBeGreaterThan(0);
    const query = `subscription ($after: Cursor) { events(after: $after) ${selection} }`;
    const heard = await take(client.iterate({ query, variables: beginning }), count);
    expect(leaks(reader, JSON.stringify([own, heard]))).toEqual([]);
  });

  test('meets nothing of it in any field of the schema.', async () => {
    const reader = present(readers[index], 'a reader');
    const found = [];
    for (const { type, field, document } of fieldPlaces(schema)) {
      const answer = JSON.stringify(await gateway.query(reader.token, document));
      found.push(...leaks(reader, answer).map((leak) => `${type}.${field}: ${leak}`));
    }
    expect(found).toEqual([]);
  });
});

test('Its owner meets it in many of these fields.', PATIENT, async () => {
  const every = fieldPlaces(schema);
  expect(every.length).toBeGreaterThan(500);
  const telling = [];
  for (const { document } of every) {
    const answer = JSON.stringify(await gateway.query(shop.apiKey, document));
    if (idsIn(answer).some((id) => theirs.get(prefixOf(id))?.includes(id))) telling.push(document);
  }
  process.stdout.write(`tenancy: ${every.length} fields, ${telling.length} tell their owner of an own id\n`);
  expect(telling.length).toBeGreaterThan(40);
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
