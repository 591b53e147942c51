import { expect, test } from 'vitest';
import {
  BlockCardDocument,
  CreateInvoiceDocument,
  IdentifyCustomerDocument,
  IssuedCardsDocument,
  PayInvoiceDocument,
  ReadEventsDocument,
  RenameCardDocument,
  RevealCardDocument,
  SetCredentialsDocument,
  WalletInvoicesDocument,
} from '../../schema/operations.ts';
import { openWalletCredentials } from '../../src/domain/wallet/upstream-access.ts';
import { sequenceEvents } from '../../src/events/log.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, rub, unique } from '../support/builders.ts';
import { freePort, linkQiwi, startQiwi } from '../support/qiwi.ts';
import { cardDesk } from '../support/qiwi-cards.ts';
import { everythingStored } from '../support/secrets.ts';

/** After a run through cards, tokens, keys, invoices and identification at QIWI none of its secrets stands anywhere in clear. */

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: { limits: { breakAfter: 1_000 } } });
const shop = await openShop(gateway);
const { call } = shop;
const qiwi = await startQiwi(gateway, shop.id);
const { order, orderInput, freeCard, pay } = cardDesk(call, qiwi);
const { prisma, pool } = gateway.deps.db;

const person = {
  firstName: 'Anastasia',
  middleName: 'Ivanovna',
  lastName: 'Krylova',
  birthDate: '1990-12-31',
  passport: '4509123456',
  inn: '771234567890',
};
const spoil = (operation: string, kind: 'close' | 'status' | 'garbage', when: 'before' | 'after') =>
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation, kind, when });

test('Card numbers and codes, tokens, secret keys and documents are in no table, no event, no stored exchange and no log line.', async () => {
  const customer = await shop.customer({ person });
  const owner = qiwi.wallet(10_000, { level: 'SIMPLE' });
  const walletId = await linkQiwi(call, qiwi, owner, { customerId: customer.id });

  // cards, with answers that are lost and refused on the way
  const free = await freeCard(walletId);
  const paidFor = done((await order(orderInput(walletId))).cardOrder, 'CardOrderSuccess').card;
  const bought = done((await pay(paidFor.id, true)).cardPay, 'CardPaySuccess').payment;
  const status = async () => (await prisma.payment.findUniqueOrThrow({ where: { id: bought.id } })).status;
  await expect.poll(status, { timeout: 20_000 }).toBe('COMPLETED');
  const { details } = done((await call(RevealCardDocument, { cardId: free.id })).cardReveal, 'CardRevealSuccess');
  for (const [kind, when] of [
    ['close', 'after'],
    ['garbage', 'after'],
    ['status', 'after'],
  ] as const) {
    spoil('MST-9', kind, when);
    await call(RevealCardDocument, { cardId: free.id });
  }
  qiwi.act('card.result', { status: 'FAIL' });
  await call(RevealCardDocument, { cardId: free.id });
  await call(BlockCardDocument, { cardId: free.id });
  await call(RenameCardDocument, { cardId: free.id, alias: 'For travel' });
  await call(IssuedCardsDocument, { walletId });

  // keys, invoices both ways
  const input = { idempotencyKey: unique('invoice'), recipientWalletId: walletId, amount: rub('10') };
  done((await call(CreateInvoiceDocument, { input })).invoiceCreate, 'InvoiceCreateSuccess');
  qiwi.act('invoice.issue', { wallet: owner.number, amount: '20' });
  const incoming = await call(WalletInvoicesDocument, { id: walletId, direction: 'INCOMING' });
  const invoiceId = incoming.wallet?.invoices.edges[0]?.node.id ?? '';
  spoil('INV-3', 'garbage', 'after');
  const paying = { idempotencyKey: unique('pay'), invoiceId, confirm: true };
  done((await call(PayInvoiceDocument, { input: paying })).invoicePay, 'InvoicePaySuccess');

  // who the owner is
  await call(IdentifyCustomerDocument, { input: { walletId, level: 'SIMPLIFIED', person } });
  // and the token once more
  const credentials = [{ name: 'token', value: owner.token }];
  await call(SetCredentialsDocument, { input: { walletId, credentials } });

  const wallet = await prisma.wallet.findUniqueOrThrow({ where: { id: walletId } });
  const { p2pSecretKey = '', p2pPublicKey = '', token = '' } = openWalletCredentials(gateway.deps.vault, wallet);
  expect([p2pSecretKey.length, p2pPublicKey.length, token]).toEqual([64, 64, owner.token]);
  const cvvs = new RegExp(`cvv["\\\\]+\\s*:\\s*["\\\\]+${details.cvv}["\\\\]`);
  const secrets = [details.pan, token, p2pSecretKey, p2pPublicKey, person.passport, person.inn, person.lastName];
  const stored = await everythingStored(pool);
  const found = [...stored].flatMap(([table, text]) => [
    ...secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${table}`),
    ...(cvvs.test(text) ? [`the code in ${table}`] : []),
  ]);
  expect(found).toEqual([]);
  // the exchanges of the payments are kept, so there is something to look at
  expect(stored.get('public.attempt_exchange')).toContain('MST-4');
  // and everything that has secrets in it was called
  for (const operation of ['MST-9', 'INV-1', 'INV-3', 'P2P-1', 'IDN-1'])
    expect(gateway.logged.filter((line) => line.includes(`"operation":"${operation}"`)).length).toBeGreaterThan(0);
  for (const secret of secrets) expect(gateway.logged.filter((line) => line.includes(secret))).toEqual([]);
  expect(gateway.logged.filter((line) => cvvs.test(line))).toEqual([]);
  await sequenceEvents(gateway.deps.db);
  const { events } = await call(ReadEventsDocument, {});
  const told = JSON.stringify(events);
  for (const secret of secrets) expect(told).not.toContain(secret);
});
