import { expect, test } from 'vitest';
import {
  CancelPaymentDocument,
  CreatePayoutDocument,
  CustomerDocument,
  IdentifyCustomerDocument,
  PaymentPageDocument,
  ReadEventsDocument,
  RefundPaymentDocument,
  ResolvePaymentDocument,
  WalletPageDocument,
} from '../../schema/operations.ts';
import { sequenceEvents } from '../../src/events/log.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, rub, unique } from '../support/builders.ts';
import { run } from '../support/operations.ts';

/** Personal data: whole for their owner and for whoever has the scope, masked for everybody else, and nowhere they need not be. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const phone = '+79267654321';
const person = {
  firstName: 'Anastasia',
  middleName: 'Ivanovna',
  lastName: 'Krylova',
  birthDate: '1990-12-31',
  phone,
  email: 'krylova@example.com',
  passport: '4509123456',
  inn: '771234567890',
  address: 'Moscow, Tverskaya 1',
};
const anna = await shop.customer({ person });
const wallet = await shop.wallet({ owner: anna, holds: '1000', phone });
const account = {
  bic: '044525225',
  account: '40817810099910009876',
  holderFirstName: 'Anastasia',
  holderLastName: 'Krylova',
  purpose: 'rent of Krylova',
};
const input = { idempotencyKey: unique('payout'), fromWalletId: wallet, amount: rub('10'), confirm: true };
const { payoutCreate } = await shop.call(CreatePayoutDocument, {
  input: { ...input, note: 'for Krylova', destination: { bankAccount: account } },
});
const payout = done(payoutCreate, 'PayoutCreateSuccess').payment.id;
const evidence = 'Krylova called from +79267654321';

const blind = run(
  gateway,
  await shop.key(['CUSTOMERS_READ', 'WALLETS_READ', 'PAYMENTS_READ', 'EVENTS_READ', 'PAYMENTS_RESOLVE']),
);
const whole = { ...person };
const masked = {
  firstName: 'Anastasia',
  middleName: 'I•••',
  lastName: 'K•••',
  birthDate: null,
  phone: '+7926•••4321',
  email: 'k•••@e•••.com',
  passport: '•••56',
  inn: '•••90',
  address: 'M•••',
};

test('The owner and a key with PERSONAL_DATA_READ see the person whole; a key without it sees a mask.', async () => {
  expect((await anna.call(CustomerDocument, { id: anna.id })).customer?.person).toEqual(whole);
  expect((await shop.call(CustomerDocument, { id: anna.id })).customer?.person).toEqual(whole);
  expect((await blind(CustomerDocument, { id: anna.id })).customer?.person).toEqual(masked);
  const admin = run(gateway, gateway.config.adminKey);
  expect((await admin(CustomerDocument, { id: anna.id })).customer?.person).toEqual(masked);
  expect((await shop.call(WalletPageDocument, { id: wallet })).wallet?.phone).toBe(phone);
  expect((await blind(WalletPageDocument, { id: wallet })).wallet?.phone).toBe(masked.phone);
});

test('What is added to a person stays with what was known.', async () => {
  const more = { customerId: anna.id, level: 'FULL' as const, person: { snils: '112-233-445 95' } };
  const { customerIdentify } = await shop.call(IdentifyCustomerDocument, { input: more });
  expect(done(customerIdentify, 'CustomerIdentifySuccess').customer?.person).toEqual(whole);
});

test('A bank account is shown whole to its payer, and by its end to a key without the scope.', async () => {
  const destination = async (call: typeof blind) =>
    (await call(PaymentPageDocument, { id: payout })).payment?.destination;
  const shown = {
    __typename: 'BankAccountParty',
    bic: '044525225',
    account: account.account,
    holder: 'Krylova Anastasia',
  };
  expect(await destination(anna.call)).toMatchObject(shown);
  expect(await destination(shop.call)).toMatchObject(shown);
  expect(await destination(blind)).toMatchObject({ ...shown, account: '•••9876', holder: 'Anastasia K.' });
});

test('An operator’s evidence is for the shop; the customer sees the step without it.', async () => {
  await blind(ResolvePaymentDocument, { input: { paymentId: payout, outcome: 'COMPLETED', evidence } });
  const messages = async (call: typeof blind) =>
    (await call(PaymentPageDocument, { id: payout })).payment?.timeline.map(({ message }) => message);
  expect(await messages(shop.call)).toEqual([null, null, evidence]);
  expect(await messages(anna.call)).toEqual([null, null, null]);
});

test('Nothing personal is in the events, the books, the logs, or anywhere in the database in clear.', async () => {
  const to = await shop.wallet();
  const cancelled = await shop.transfer(wallet, to, '1');
  await shop.call(CancelPaymentDocument, { paymentId: cancelled, reason: 'Krylova changed her mind' });
  const paid = await shop.transfer(wallet, to, '2', true);
  await shop.call(RefundPaymentDocument, {
    input: { idempotencyKey: unique('refund'), paymentId: paid, reason: 'to Krylova' },
  });
  await sequenceEvents(gateway.deps.db);
  const { events } = await shop.call(ReadEventsDocument, { filter: { paymentId: payout } });
  expect(events.events.length).toBeGreaterThan(3);

  const secrets = ['Krylova', '9267654321', '4509123456', '771234567890', account.account, 'Tverskaya'];
  const { pool } = gateway.deps.db;
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  expect(tables.length).toBeGreaterThan(15);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(`SELECT t::text AS text FROM "${name}" t`);
    for (const secret of secrets)
      if (rows.some(({ text }) => text.includes(secret))) found.push(`${secret} in ${name}`);
  }
  // words that people wrote stand with the payment and its timeline, where they can be erased
  expect(found.filter((place) => !/ in (payment|payment_transition)$/.test(place))).toEqual([]);
  expect(found.filter((place) => !place.startsWith('Krylova') && !place.startsWith('9267654321'))).toEqual([]);
  for (const secret of secrets) expect(gateway.logged.filter((line) => line.includes(secret))).toEqual([]);
});
