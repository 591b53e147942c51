import { typeid } from 'typeid-js';
import { schema } from '../../src/graphql/schema.ts';
import { type IdKind, idPrefixes } from '../../src/lib/ids.ts';
import { bearer, startTestApp, type TestApp } from './app.ts';
import { openShop, type Shop, somebodysAccount } from './builders.ts';
import { freePort } from './qiwi.ts';
import { type IdPlace, operationAt, type Values } from './schema-walk.ts';
import { everythingStored } from './secrets.ts';
import { anotherShop, everythingOf } from './tenants.ts';

/** A customer who has something of everything, and those to whom none of it may exist. */

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

/** Somebody who asks for what is not theirs. */
export interface Reader {
  token: string;
  /** What the reader has, to say where more than the id is asked for. */
  own: Partial<Record<IdKind, string>>;
  values: Record<string, unknown>;
  /** Kinds of ids of which this reader may know nothing. */
  foreign: readonly IdKind[];
}

/** The customer's phone. */
const PHONE = '+79265550102';
const SECRETS = [PHONE, 'Belova', '4511654321'];
const ids = /\b[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g;

/** Every kind of object that has an id. */
export const kinds = Object.keys(idPrefixes) as IdKind[];
/** The part of an id that tells what it is of. */
export const prefixOf = (id: string): string => id.slice(0, 3);
/** All ids in a text. */
export const idsIn = (text: string): string[] => text.match(ids) ?? [];
/** An id that nobody has. */
export const missing = (kind: IdKind): string => typeid(idPrefixes[kind]).toString();
/** Hundreds of requests each: a busy machine needs its time. */
export const PATIENT = { timeout: 180_000 };
/** Who reads, in the order of `Tenancy.readers`. */
export const readerNames: [string, number][] = [
  ['The server of another partner', 0],
  ['A customer of another partner', 1],
  ['Another customer of the same partner', 2],
];

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
/** What a reader says where an operation asks for more than the id. */
export const valuesOf = ({ own, values }: Reader): Values => ({
  id: (kind) => own[kind] ?? missing(kind),
  value: (place) => values[place] ?? given[place],
});

/** An answer but for the id itself and what no two answers share. */
export const bare = (answer: unknown, id: string): string =>
  JSON.stringify(answer)
    .replaceAll(id, '<id>')
    .replaceAll(/"requestId":"[^"]+"/g, '')
    .replaceAll(/\b[a-zA-Z]+-\d+\b/g, '<new>');

/** Everything in one gateway. */
export interface Tenancy {
  gateway: TestApp;
  shop: Shop;
  /** Everything that a customer of this shop has, and the shop for them: ids by their prefix. */
  theirs: Map<string, string[]>;
  readers: Reader[];
  /** Every table before anybody else has asked for anything. */
  rows: Map<string, string>;
}

/** Starts a gateway in which there is everything. */
export async function openTenancy(): Promise<Tenancy> {
  const gateway = await startTestApp({
    env: { PORT: await freePort() },
    // the documents of the walk are larger than what a client would ask
    limits: { aliases: 1_000, tokens: 20_000, depth: 40 },
    patience: { limits: { breakAfter: 1_000 } },
  });
  const { pool } = gateway.deps.db;
  const shop = await openShop(gateway);
  await everythingOf(gateway, shop, PHONE);
  const theirs = new Map<string, string[]>();
  const text = [...(await everythingStored(pool)).values()].join('\n');
  for (const id of new Set(idsIn(text))) theirs.set(prefixOf(id), [...(theirs.get(prefixOf(id)) ?? []), id]);
  const boris = await shop.customer();
  const own = { Wallet: await shop.wallet({ owner: boris, holds: '100' }) };
  const { server, session, ...stranger } = await anotherShop(gateway, theirs.get(idPrefixes.Service) ?? []);
  const readers = [
    { ...stranger, token: server, foreign: kinds },
    { ...stranger, token: session, foreign: kinds },
    { token: boris.token, own, values: {}, foreign: kinds.filter((kind) => !SHARED.includes(kind)) },
  ];
  return { gateway, shop, theirs, readers, rows: await everythingStored(pool) };
}

/** What of theirs stands in an answer. */
export function leaks({ theirs }: Tenancy, reader: Reader, text: string): string[] {
  const foreign = new Set(reader.foreign.map((kind): string => idPrefixes[kind]));
  return [
    ...idsIn(text).filter((id) => foreign.has(prefixOf(id)) && theirs.get(prefixOf(id))?.includes(id)),
    ...SECRETS.filter((secret) => text.includes(secret)),
  ];
}

/** What a reader is told when an id is said at a place. */
export async function told({ gateway }: Tenancy, reader: Reader, place: IdPlace, id: string): Promise<string> {
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
