import { describe, expect, test } from 'vitest';
import type { PaymentDestinationInput } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone } from '../support/builders.ts';
import { run } from '../support/operations.ts';
import { figures } from '../support/provider-wallets.ts';
import { freePort, linkQiwi, startQiwi } from '../support/qiwi.ts';
import { bankAccount, cardNumber, organisation, payer, payments } from '../support/qiwi-payments.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { fundedWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const { details, payout, transfer, confirm, until } = payments(gateway, apiKey, call);

const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);

test('A transfer is priced when it is created, paid in one call when it is confirmed, and both books follow.', async () => {
  const [payerWallet, payee] = [qiwi.wallet(1_000), qiwi.wallet(0)];
  const [from, to] = [await linkQiwi(call, qiwi, payerWallet), await linkQiwi(call, qiwi, payee)];
  qiwi.act('outcome', { status: 'WAITING' });
  const created = await transfer(from, { phone: `+${payee.number}` }, '100.50', { note: 'за обед' });
  expect(created).toMatchObject({ status: 'CREATED', fee: { amount: '0.00' } });
  expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: '0.00' });
  await confirm(created.id);
  expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: '100.50' });
  const { attempts, reference } = await details(created.id);
  expect(attempts).toMatchObject([{ outcome: 'ACCEPTED', operations: expect.arrayContaining(['PAY-1', 'PAY-4']) }]);
  qiwi.act('payment.complete', { id: reference });
  await until(created.id, 'COMPLETED');
  expect(await figures(call, from)).toMatchObject({ posted: '899.50', pending: '0.00' });
  expect(await figures(call, to)).toMatchObject({ posted: '100.50', pending: '0.00' });
  await booksAreRight();
});

test('Ids of payments grow whoever pays, and each is stored before it is sent.', async () => {
  const [one, two] = [await linkQiwi(call, qiwi, qiwi.wallet()), await linkQiwi(call, qiwi, qiwi.wallet())];
  await Promise.all(
    Array.from({ length: 6 }, (_, index) => transfer(index % 2 ? one : two, { phone: newPhone() }, '1')),
  );
  const attempts = await gateway.deps.db.prisma.paymentAttempt.findMany({
    where: { payment: { sourceWalletId: { in: [one, two] } } },
    orderBy: { clientId: 'asc' },
  });
  expect(new Set(attempts.map(({ clientId }) => clientId)).size).toBe(6);
  for (const { clientId } of attempts) expect(clientId).toMatch(/^\d{13}$/);
});

const domestic = cardNumber('427638');
const bank = cardNumber('220012');
const foreign = cardNumber('453201');
const kazakh = cardNumber('440043');

describe.each<
  [
    what: string,
    destination: PaymentDestinationInput,
    expected: { operations: string[]; shown: object; fee: string },
    more?: object,
  ]
>([
  [
    'a phone',
    { phone: '+79161234567' },
    {
      operations: ['PAY-1', 'PAY-7'],
      shown: { __typename: 'PhoneParty', phone: '+79161234567', operator: 'MTS' },
      fee: '0.00',
    },
  ],
  [
    'a domestic card',
    { card: { number: domestic } },
    {
      operations: ['PAY-1', 'PAY-10'],
      shown: { __typename: 'CardParty', maskedPan: `427638******${domestic.slice(-4)}`, scheme: 'VISA' },
      fee: '54.00',
    },
  ],
  [
    'a card by its bank’s service',
    { card: { number: bank, bankId: '464', expiryMonth: 4, expiryYear: 2029 } },
    {
      operations: ['PAY-1', 'PAY-14'],
      shown: { __typename: 'CardParty', maskedPan: `220012******${bank.slice(-4)}`, scheme: 'MIR' },
      fee: '50.00',
    },
  ],
  [
    'a foreign card',
    { card: { number: foreign, country: 'DE', holder: { firstName: 'Anna', lastName: 'Schmidt' } } },
    {
      operations: ['PAY-1', 'PAY-11'],
      shown: { __typename: 'CardParty', maskedPan: `453201******${foreign.slice(-4)}`, scheme: 'VISA' },
      fee: '54.00',
    },
    { payer: { ...payer, address: 'Тверская 1', city: 'Москва', country: 'RU' } },
  ],
  [
    'an account',
    { bankAccount },
    {
      operations: ['PAY-1', 'PAY-15'],
      shown: { __typename: 'BankAccountParty', bic: '044525225', bank: 'Sberbank', account: '40817810099910004312' },
      fee: '50.00',
    },
  ],
  [
    'a company',
    { organisation },
    {
      operations: ['PAY-1', 'PAY-17'],
      shown: { __typename: 'BankAccountParty', bank: 'Банк "Возрождение"', inn: '7726111111', kpp: '772111001' },
      fee: '50.00',
    },
    { payer },
  ],
])('A payout to %s', (_what, destination, { operations, shown, fee }, more = {}) => {
  test('is priced, paid with the provider’s fee, and shown without what is erased.', async () => {
    const from = await linkQiwi(call, qiwi, qiwi.wallet(5_000));
    const created = await payout(from, destination, '200', more);
    expect(created).toMatchObject({ status: 'CREATED', fee: { amount: fee } });
    await confirm(created.id);
    const payment = await until(created.id, 'COMPLETED');
    expect(payment.attempts).toMatchObject([{ outcome: 'ACCEPTED', operations: expect.arrayContaining(operations) }]);
    expect(payment.destination).toMatchObject(shown);
    const left = (5_000 - 200 - Number.parseFloat(fee)).toFixed(2);
    expect(await figures(call, from)).toMatchObject({ posted: left, pending: '0.00' });
    const row = await gateway.deps.db.prisma.payment.findUniqueOrThrow({ where: { id: created.id } });
    expect(row.orderSealed).toBeNull();
    await booksAreRight();
  });
});

test('A card of Kazakhstan is paid in tenge from the balance in tenge, its two steps in one attempt.', async () => {
  const wallet = qiwi.wallet(100);
  qiwi.act('wallet.balance', { wallet: wallet.number, currency: 398, amount: 50_000 });
  const from = await linkQiwi(call, qiwi, wallet);
  const amount = { amount: '10000', currency: 'KZT' };
  const created = await payout(from, { card: { number: kazakh, country: 'KZ' } }, '1', { amount });
  await confirm(created.id);
  const payment = await until(created.id, 'COMPLETED');
  expect(payment.attempts).toMatchObject([{ operations: expect.arrayContaining(['PAY-12', 'PAY-13']) }]);
  expect(payment.amount).toMatchObject({ amount: '10000.00', currency: 'KZT' });
  await booksAreRight();
});

test('A LOCAL wallet pays a phone and a card through the house wallet.', async () => {
  const from = await fundedWalletOf(call, newPhone(), '1000');
  for (const [destination, left] of [
    [{ phone: '+79161234567' }, '900.00'],
    [{ card: { number: domestic } }, '748.00'],
  ] as const) {
    const created = await payout(from, destination, '100', { confirm: true });
    await until(created.id, 'COMPLETED');
    expect(await figures(call, from)).toMatchObject({ posted: left, pending: '0.00' });
  }
  await booksAreRight();
});

test('A fee that has changed since it was agreed to is booked as it was charged.', async () => {
  const [mirrored, local] = [
    await linkQiwi(call, qiwi, qiwi.wallet(1_000)),
    await fundedWalletOf(call, newPhone(), '1000'),
  ];
  for (const from of [mirrored, local]) {
    const created = await payout(from, { phone: '+79161234567' }, '100');
    expect(created).toMatchObject({ fee: { amount: '0.00' } });
    // asked for once more when it is confirmed, the price is another when the call that pays arrives
    qiwi.sandbox.control.fault({ provider: 'qiwi', operation: 'PAY-7', kind: 'hold', when: 'before' });
    const confirming = confirm(created.id);
    await expect.poll(() => qiwi.sandbox.control.heldAnswers(), { timeout: 10_000 }).toBe(1);
    qiwi.act('service.rate', { id: 1, fix: 7 });
    qiwi.sandbox.control.releaseAnswers();
    await confirming;
    qiwi.act('service.rate', { id: 1 });
    expect(await until(created.id, 'COMPLETED')).toMatchObject({
      fee: { amount: '7.00' },
      total: { amount: '107.00' },
    });
    expect(await figures(call, from)).toMatchObject({ posted: '893.00', pending: '0.00' });
  }
  await booksAreRight();
});

test('A typed card number is in no log line and in nothing that is stored unsealed.', async () => {
  const from = await linkQiwi(call, qiwi, qiwi.wallet(5_000));
  const number = cardNumber('220070');
  const created = await payout(from, { card: { number: `${number.slice(0, 4)} ${number.slice(4)}` } }, '100');
  await confirm(created.id);
  await until(created.id, 'COMPLETED');
  const grouped = number.replace(/(\d{4})(?=\d)/g, '$1 ');
  const { rows } = await gateway.deps.db.pool.query<{ table: string; body: string }>(
    `SELECT c.relname AS table, query_to_xml(format('SELECT * FROM %I', c.relname), true, false, '')::text AS body
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')`,
  );
  const leaks = rows.filter(({ body }) => body.includes(number) || body.includes(grouped)).map(({ table }) => table);
  expect(leaks).toEqual([]);
  expect(gateway.logged.filter((line) => line.includes(number) || line.includes(grouped))).toEqual([]);
});
