import { type GraphQLObjectType, isRequiredArgument } from 'graphql';
import { expect, test } from 'vitest';
import { CreateInvoiceDocument, CreatePayoutDocument, CreateTransferDocument } from '../../schema/operations.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import { schema } from '../../src/graphql/schema.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, rub, unique } from '../support/builders.ts';
import { freePort } from '../support/qiwi.ts';
import { fieldPlaces, selectionOf } from '../support/schema-walk.ts';
import { everythingOf } from '../support/tenants.ts';

/**
 * Every field of the schema that can be reached is asked for by a key that has every scope but PERSONAL_DATA_READ, and by one that has
 * that too: whatever personal data the second is shown, the first is not.
 */

const gateway = await startTestApp({
  env: { PORT: await freePort() },
  limits: { aliases: 1_000, tokens: 20_000, depth: 40 },
});
const shop = await openShop(gateway);
const { prisma } = gateway.deps.db;
const phone = '+79265550107';
const words = 'call +79161234567';
const account = '40817810099910009876';

/** What is personal, by what it is of; each has to be met by the key that may see it. */
async function personalData(): Promise<Map<string, string>> {
  const wallets = await prisma.wallet.findMany({ where: { provider: { in: ['QIWI', 'MBANK'] }, house: false } });
  const numbers = wallets.map(({ provider, number }) => [`the number at ${provider}`, number ?? ''] as const);
  return new Map([
    ['the last name', 'Belova'],
    ['the middle name', 'Sergeevna'],
    ['the birthday', '1991-02-03'],
    ['the passport', '4511654321'],
    ['the address', 'Arbat'],
    ['the e-mail', 'belova@example.com'],
    ['the phone of a wallet', phone],
    ['the account at a bank', account],
    ['its holder', 'Sidorova'],
    ['what is paid for in a template', '+79261111111'],
    ['a phone in words', '+79161234567'],
    ...numbers,
  ]);
}

async function prepare(): Promise<void> {
  await everythingOf(gateway, shop, phone);
  const person = {
    ...{ firstName: 'Anna', middleName: 'Sergeevna', lastName: 'Belova', birthDate: '1991-02-03' },
    ...{ passport: '4511654321', address: 'Arbat 1', email: 'belova@example.com' },
  };
  // lists are walked along their newest
  const anna = await shop.customer({ person });
  const wallet = await shop.wallet({ owner: anna, holds: '100', phone: '+79265550108' });
  const to = { walletId: await shop.wallet() };
  const key = () => ({ idempotencyKey: unique('walk') });
  const transfer = { ...key(), fromWalletId: wallet, to, amount: rub('1'), note: words, confirm: true };
  done((await shop.call(CreateTransferDocument, { input: transfer })).transferCreate, 'TransferCreateSuccess');
  const bankAccount = {
    bic: '044525225',
    account,
    holderFirstName: 'Olga',
    holderLastName: 'Sidorova',
    purpose: words,
  };
  const payout = { ...key(), fromWalletId: wallet, amount: rub('2'), note: words, destination: { bankAccount } };
  done((await shop.call(CreatePayoutDocument, { input: payout })).payoutCreate, 'PayoutCreateSuccess');
  const invoice = { ...key(), recipientWalletId: wallet, payer: to, amount: rub('3'), message: words };
  done((await shop.call(CreateInvoiceDocument, { input: invoice })).invoiceCreate, 'InvoiceCreateSuccess');
}

/** Everything that an object shows without arguments, in one document. */
function whole(type: string, id: string): string {
  const fields = Object.values((schema.getType(type) as GraphQLObjectType).getFields());
  const asked = fields
    .filter(({ args }) => !args.some(isRequiredArgument))
    .map((field) => `${type}_${field.name}: ${field.name} ${selectionOf(schema, field.type)}`);
  return `{ node(id: "${id}") { ... on ${type} { ${asked.join(' ')} } } }`;
}

/** A document for each customer, wallet, payment, card, invoice and template of the shop. */
async function objects(): Promise<{ place: string; document: string }[]> {
  const [mine, select] = [{ where: { partnerId: shop.id } }, { id: true }];
  const ids = {
    Customer: await prisma.customer.findMany({ ...mine, select }),
    Wallet: await prisma.wallet.findMany({ ...mine, select }),
    Payment: await prisma.payment.findMany({ ...mine, select }),
    Card: await prisma.card.findMany({ ...mine, select }),
    Invoice: await prisma.invoice.findMany({ ...mine, select }),
    PaymentTemplate: await prisma.paymentTemplate.findMany({ ...mine, select }),
  };
  return Object.entries(ids).flatMap(([type, rows]) => {
    expect(rows.length).toBeGreaterThan(0);
    return rows.map(({ id }) => ({ place: type, document: whole(type, id) }));
  });
}

test('A key without PERSONAL_DATA_READ meets none of the personal data in any field that shows them to a key that has it.', async () => {
  await prepare();
  const blind = await shop.key(Object.values(Scope).filter((scope) => scope !== 'PERSONAL_DATA_READ'));
  const secrets = await personalData();
  const fields = fieldPlaces(schema).map(({ type, field, document }) => ({ place: `${type}.${field}`, document }));
  expect(fields.length).toBeGreaterThan(500);
  const shown = new Set<string>();
  const leaked: string[] = [];
  for (const { place, document } of [...(await objects()), ...fields]) {
    const seen = JSON.stringify(await gateway.query(shop.apiKey, document));
    expect(seen, place).not.toContain('INTERNAL_SERVER_ERROR');
    const met = [...secrets].filter(([, secret]) => seen.includes(secret));
    if (met.length === 0) continue;
    for (const [what] of met) shown.add(what);
    const masked = JSON.stringify(await gateway.query(blind, document));
    expect(masked).not.toContain('"data":null');
    for (const [what, secret] of secrets) {
      const at = masked.indexOf(secret);
      if (at >= 0) leaked.push(`${place}: ${what} in ${masked.slice(Math.max(0, at - 60), at + secret.length)}`);
    }
  }
  expect(leaked).toEqual([]);
  expect([...secrets.keys()].filter((what) => !shown.has(what))).toEqual([]);
}, 300_000);
