import { isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { operationAt, rootsOf, type Values } from '../support/schema-walk.ts';

/** What the printed schema says a caller needs is what a caller without it is told. */

const gateway = await startTestApp({ limits: { aliases: 1_000, tokens: 20_000, depth: 40 } });
const [reader, watcher] = [
  await gateway.partner('Reads wallets', ['WALLETS_READ']),
  await gateway.partner('Reads events', ['EVENTS_READ']),
];
const shop = await openShop(gateway);
const customer = await shop.customer();

/** A credential that lacks what is needed: a key without the scope, or a customer's session where no scope would do. */
function lacking(needed: string): string {
  if (!needed.includes('scope')) return customer.token;
  return needed.includes('WALLETS_READ') ? watcher.apiKey : reader.apiKey;
}

const NEEDS = /Needs (.*)\.$/;
const values: Values = { id: () => 'wal_01h2xcejqtf2nbrexx3vqjhp41', value: () => undefined };
const fields = rootsOf(schema)
  .filter(([root]) => root !== 'subscription')
  .flatMap(([root, type]) => Object.values(type.getFields()).map((field) => ({ root, field })));

test('Whoever lacks it is refused, in the words of the description.', async () => {
  const wrong: object[] = [];
  const asking = fields.filter(({ field }) => NEEDS.test(field.description ?? ''));
  expect(asking.length).toBeGreaterThan(90);
  for (const { root, field } of asking) {
    const place = { root, field: field.name, path: [''], kind: 'Wallet' as const };
    const { document, variables } = operationAt(schema, place, '', values);
    const [, needed = ''] = NEEDS.exec(field.description ?? '') ?? [];
    const { errors } = await gateway.query(lacking(needed), document, variables);
    const told = errors?.[0]?.message ?? 'nothing';
    // an upload cannot be sent as JSON, which is told first
    if (told !== `Not allowed: this needs ${needed}.` && !told.includes('Upload'))
      wrong.push({ field: field.name, told });
  }
  expect(wrong).toEqual([]);
});

test('Every mutation needs something, and no field of a root is silent about what it asks.', () => {
  expect(fields.filter(({ root, field }) => root === 'mutation' && !NEEDS.test(field.description ?? ''))).toEqual([]);
  const said = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()))
    .filter(({ description }) => NEEDS.test(description ?? ''));
  expect(said.length).toBeGreaterThan(120);
});
