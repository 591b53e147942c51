import { describe, expect, test } from 'vitest';
import {
  CreditPrecheckDocument,
  CreditQuoteDocument,
  CreditSessionDocument,
  type CreditSessionStartInput,
  ResolveCreditRefundDocument,
  StartCreditSessionDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, fault, refusal, rub, unique } from '../support/builders.ts';
import { PATIENCE } from '../support/call-faults.ts';
import { credit, order, startMoneywall, tickets } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { booksStay, invalid } from '../support/refused.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const moneywall = await startMoneywall(gateway, partnerId);
const { authorized, refund, start } = credit(gateway, apiKey, call, moneywall);
const { prisma } = gateway.deps.db;

const flight = tickets.segments[0]?.flights[0];
const passenger = tickets.passengers[0];
const flown = (changes: object) => ({
  product: { airlineTickets: { ...tickets, segments: [{ flights: [{ ...flight, ...changes }] }] } },
});
const flownBy = (changes: object) => ({
  product: { airlineTickets: { ...tickets, passengers: [{ ...passenger, ...changes }] } },
});
const at = 'input.product.airlineTickets';
const { passport } = order();

/** What is wrong with an order, and the field that is named. */
const wrong: [title: string, changes: object, path: string][] = [
  ['an amount of zero', { amount: rub('0') }, 'input.amount.amount'],
  ['an amount below zero', { amount: rub('-1') }, 'input.amount.amount'],
  ['an amount of half a kopeck', { amount: rub('1.005') }, 'input.amount.amount'],
  ['another currency', { amount: { amount: '100', currency: 'USD' } }, 'input.amount'],
  ['an order’s id with a space', { orderId: 'order 1' }, 'input.orderId'],
  ['an order’s id that is too long', { orderId: 'a'.repeat(65) }, 'input.orderId'],
  ['a phone that no network has', { phone: '+7123' }, 'input.phone'],
  ['a limit that has passed', { expiresAt: '2020-01-01T00:00:00+03:00' }, 'input.expiresAt'],
  [
    'a flight that arrives before it leaves',
    flown({ arrivesAt: '2099-12-10T05:59:00+01:00' }),
    `${at}.segments.0.flights.0.arrivesAt`,
  ],
  ['a flight without a number', flown({ flightNumber: ' ' }), `${at}.segments.0.flights.0.flightNumber`],
  ['no segment', { product: { airlineTickets: { ...tickets, segments: [] } } }, `${at}.segments`],
  [
    'a segment without flights',
    { product: { airlineTickets: { ...tickets, segments: [{ flights: [] }] } } },
    `${at}.segments.0.flights`,
  ],
  ['nobody who flies', { product: { airlineTickets: { ...tickets, passengers: [] } } }, `${at}.passengers`],
  ['a passenger without a document', flownBy({ documentNumber: '' }), `${at}.passengers.0.documentNumber`],
  ['a passenger who is not born yet', flownBy({ birthDate: '2098-01-01' }), `${at}.passengers.0.birthDate`],
  ['a passport without a number', { passport: { ...passport, number: '' } }, 'input.passport.number'],
  [
    'a passport from before its owner was born',
    { passport: { ...passport, issuedAt: '1980-01-01' } },
    'input.passport.issuedAt',
  ],
  ['a text that is too long', { providerOrderId: 'x'.repeat(256) }, 'input.providerOrderId'],
  ['fewer than no orders', { meta: { orders: -1 } }, 'input.meta.orders'],
];

describe('An order is refused, and neither here nor at the lender is anything made, for', () => {
  test.each(wrong)('%s.', async (_title, changes, path) => {
    const input = order(changes as Partial<CreditSessionStartInput>);
    const answer = await booksStay(gateway, () => refusal(call(StartCreditSessionDocument, { input })));
    expect(answer).toMatchObject({ __typename: 'InvalidInputError', code: 'INVALID_INPUT' });
    expect(answer.issues?.map((issue) => issue.path.join('.'))).toEqual([path]);
    expect(await prisma.creditSession.count({ where: { orderId: input.orderId } })).toBe(0);
    expect(moneywall.sessions(input.orderId)).toEqual([]);
  });

  test('several things at once, each by its field.', async () => {
    const input = order({ amount: rub('0'), phone: '+7123', orderId: '' });
    const answer = await refusal(call(StartCreditSessionDocument, { input }));
    expect(answer.issues?.map((issue) => issue.path.join('.')).sort()).toEqual(
      ['input.amount.amount', 'input.orderId', 'input.orderId', 'input.phone'].sort(),
    );
  });
});

/** What is no value of its type: the document is answered by an error that names the place. */
const unreadable: [title: string, changes: object, place: RegExp][] = [
  ['a departure without a zone', flown({ departsAt: '2099-12-10T08:00:00' }), /departsAt.*OffsetDateTime must be like/],
  ['a departure on 30 February', flown({ departsAt: '2099-02-30T08:00:00+03:00' }), /departsAt/],
  ['a departure at 25 hours', flown({ departsAt: '2099-12-10T25:00:00+03:00' }), /departsAt/],
  ['a limit without a zone', { expiresAt: '2099-07-01T00:00:00' }, /expiresAt.*DateTime must be like/],
  ['a product of no kind', { product: {} }, /product.*Exactly one key/],
  ['an e-mail address that is none', { email: 'user at gmail' }, /email.*EmailAddress must be like/],
  ['an address to return to that is none', { returnUrl: 'shop.example' }, /returnUrl.*URL must be like/],
  ['a birthday that is none', { passport: { ...passport, birthDate: '1987-13-01' } }, /passport\.birthDate/],
];

describe('An order cannot be read for', () => {
  test.each(unreadable)('%s.', async (_title, changes, place) => {
    const input = { ...order(), ...changes } as CreditSessionStartInput;
    const met = await booksStay(gateway, () => fault(gateway, apiKey, StartCreditSessionDocument, { input }));
    expect(met).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringMatching(place) });
    expect(moneywall.sessions(input.orderId)).toEqual([]);
  });
});

test('The same order with other input is a conflict; one that the lender has from elsewhere, too.', async () => {
  const input = order();
  done((await call(StartCreditSessionDocument, { input })).creditSessionStart, 'CreditSessionStartSuccess');
  const other = { ...input, amount: rub('10000.01') };
  expect(await refusal(call(StartCreditSessionDocument, { input: other }))).toMatchObject({ code: 'CONFLICT' });
  // the same in another form is the same
  const same = { ...input, amount: rub('10000.00') };
  const again = (await call(StartCreditSessionDocument, { input: same })).creditSessionStart;
  expect(done(again, 'CreditSessionStartSuccess').replayed).toBe(true);
  const elsewhere = order();
  const headers = { Authorization: 'SuperSecretTokenValue', 'Content-Type': 'application/json' };
  const body = JSON.stringify({ ...moneywall.sent(input.orderId), order_id: elsewhere.orderId });
  const url = `${moneywall.sandbox.url}/moneywall/api/partners/payments/init`;
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
  expect(await refusal(call(StartCreditSessionDocument, { input: elsewhere }))).toMatchObject({ code: 'CONFLICT' });
  expect(await prisma.creditSession.count({ where: { orderId: elsewhere.orderId } })).toBe(0);
});

test('A lender that is down, or refuses the token, is told; nothing half made is left, and the order may come again.', async () => {
  const input = order();
  const where = { id: moneywall.account.id };
  const { baseUrl } = await prisma.providerAccount.findUniqueOrThrow({ where });
  await prisma.providerAccount.update({ where, data: { baseUrl: 'http://127.0.0.1:1/moneywall' } });
  expect(await booksStay(gateway, () => refusal(call(StartCreditSessionDocument, { input })))).toMatchObject({
    __typename: 'ProviderUnavailableError',
  });
  await prisma.providerAccount.update({ where, data: { baseUrl } });
  expect(await prisma.creditSession.count({ where: { orderId: input.orderId } })).toBe(0);
  moneywall.act('token.revoke', { token: 'SuperSecretTokenValue' });
  expect(await refusal(call(StartCreditSessionDocument, { input }))).toMatchObject({
    __typename: 'ProviderRejectedError',
  });
  expect((await prisma.providerAccount.findUniqueOrThrow({ where })).rejectedAt).not.toBeNull();
  moneywall.act('token.issue', { token: 'SuperSecretTokenValue' });
  const changed = { input: { ...input, email: 'other@shop.example' } };
  done((await call(StartCreditSessionDocument, changed)).creditSessionStart, 'CreditSessionStartSuccess');
});

test('A refund is refused for a session that is not open, above what is left, of nothing, and of an order that nobody knows.', async () => {
  const answer = (orderId: string, amount: string) =>
    booksStay(gateway, async () => refusal(Promise.resolve({ answer: await refund(orderId, amount) })));
  const open = await start();
  expect(await answer(open.orderId, '1')).toMatchObject({
    __typename: 'StateError',
    code: 'CREDIT_STATE',
    state: 'PROCESSING',
    allowed: ['AUTHORIZED', 'CHARGED'],
  });
  const { orderId } = await authorized('100');
  expect(await answer(orderId, '100.01')).toMatchObject(invalid('input.amount.amount'));
  expect(await answer(orderId, '0')).toMatchObject(invalid('input.amount.amount', 'must be above zero.'));
  expect(await answer('nobody-knows', '1')).toMatchObject({ __typename: 'NotFoundError' });
  expect(moneywall.sessions(orderId)[0]?.refunds).toEqual([]);
  const ruling = { refundId: 'crf_00000000000000000000000000', outcome: 'COMPLETED' as const };
  const resolve = (evidence: string) => call(ResolveCreditRefundDocument, { input: { ...ruling, evidence } });
  expect(await refusal(resolve('It is said so.'))).toMatchObject({ __typename: 'NotFoundError' });
  expect(await refusal(resolve(' '))).toMatchObject(invalid('input.evidence'));
});

test('Another partner’s session does not exist, and who has no lender is told so.', async () => {
  const { id, orderId } = await authorized('100');
  const stranger = await gateway.partner(unique('stranger'));
  const theirs = run(gateway, stranger.apiKey);
  expect((await theirs(CreditSessionDocument, { id })).creditSession).toBeNull();
  expect((await theirs(CreditSessionDocument, { orderId })).creditSession).toBeNull();
  expect(await refusal(theirs(StartCreditSessionDocument, { input: order() }))).toMatchObject({
    __typename: 'NotSupportedError',
    code: 'NOT_SUPPORTED',
  });
  expect(await fault(gateway, stranger.apiKey, CreditQuoteDocument, { amount: rub('100') })).toMatchObject({
    code: 'NOT_SUPPORTED',
  });
});

test('The price is shown beforehand: K by the 64 days between the opening, in Moscow, and the first departure.', async () => {
  const opens = '2026-01-01T00:00:00+03:00';
  const quote = async (amount: string, departsAt?: string) =>
    (await call(CreditQuoteDocument, { amount: rub(amount), departsAt, contractOpensAt: opens })).creditQuote;
  expect(await quote('10000', '2026-03-06T23:59:00+03:00')).toMatchObject({
    coefficient: '1.20',
    total: { amount: '12000.00' },
    payment: { amount: '4000.00' },
    payments: 3,
  });
  expect(await quote('10000', '2026-03-07T00:00:00+03:00')).toMatchObject({
    coefficient: '1.10',
    total: { amount: '11000.00' },
    payment: { amount: '3666.67' },
  });
  expect(await quote('10000')).toMatchObject({ coefficient: '1.20' });
  const met = await fault(gateway, apiKey, CreditQuoteDocument, { amount: rub('0') });
  expect(met).toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringMatching(/^amount/) });
});

test('Whether the lender would take an application is asked only where it answers that.', async () => {
  const application = {
    provider: 'MONEYWALL' as const,
    phone: '+79588249424',
    email: 'user@gmail.com',
    amount: rub('10000'),
    registeredOn: '2020-05-01',
    ordersCompleted: 3,
    product: { airlineTickets: tickets },
  };
  const met = await fault(gateway, apiKey, CreditPrecheckDocument, { input: application });
  expect(met).toMatchObject({ code: 'NOT_SUPPORTED' });
  const shop = await gateway.partner(unique('shop'));
  const other = await startMoneywall(gateway, shop.partnerId, { statesEndpoint: 'true' });
  other.act('settings', { otherEditions: true, precheck: 'declined' });
  const ask = async () =>
    (await run(gateway, shop.apiKey)(CreditPrecheckDocument, { input: application })).creditPrecheck;
  expect(await ask()).toEqual({ provider: { code: 'MONEYWALL' }, approved: false });
  other.act('settings', { precheck: 'approved' });
  expect(await ask()).toMatchObject({ approved: true });
});
