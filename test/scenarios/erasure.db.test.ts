import diagnostics from 'node:diagnostics_channel';
import { beforeAll, expect, test, vi } from 'vitest';
import {
  CancelPaymentDocument,
  CloseWalletDocument,
  CreateCustomerDocument,
  CreatePayoutDocument,
  CreateSessionTokenDocument,
  CreateTransferDocument,
  CustomerDocument,
  EraseCustomerDocument,
  FirstLookDocument,
  FollowEventsDocument,
  IdentifyCustomerDocument,
  LearnedPaymentsDocument,
  OpenWalletDocument,
  PaymentPageDocument,
  ReadEventsDocument,
  RefundPaymentDocument,
  ResolvePaymentDocument,
  UnlinkWalletDocument,
  WalletPageDocument,
} from '../../schema/operations.ts';
import { contextOf, sealedColumns } from '../../src/domain/vault/sealed-columns.ts';
import { sequenceEvents } from '../../src/events/log.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { startTestApp } from '../support/app.ts';
import { done, fault, newPhone, openShop, refusal, rub, unique } from '../support/builders.ts';
import { run, subscribe } from '../support/operations.ts';
import { linkQiwi, reconciled, startQiwi } from '../support/qiwi.ts';
import { booksStay, invalid, notFound } from '../support/refused.ts';
import { everythingStored } from '../support/secrets.ts';

/** A customer with a past, here and at a provider, is erased: nothing that tells of them is left, and no kopeck is missing. */

const gateway = await startTestApp({ limits: { recheckMs: 50 } });
const shop = await openShop(gateway);
const qiwi = await startQiwi(gateway, shop.id);
const phone = '+79267654321';
const person = { firstName: 'Anastasia', lastName: 'Krylova', email: 'krylova@example.com', passport: '4509123456' };
const [anna, boris] = [await shop.customer({ person }), await shop.customer({ person: { lastName: 'Borisov' } })];
const wallet = await shop.wallet({ owner: anna, phone, holds: '100' });
const [hers, his] = [qiwi.wallet(500), await shop.wallet({ owner: boris, holds: '50' })];
const bankAccount = {
  bic: '044525225',
  account: '40817810099910009876',
  holderFirstName: 'Anastasia',
  holderLastName: 'Krylova',
  purpose: 'rent of Krylova',
};
const secrets = [
  'Krylova',
  'krylova',
  'Anastasia',
  '9267654321',
  '4509123456',
  bankAccount.account,
  hers.number,
  anna.externalId,
];
const deposit = { idempotencyKey: unique('transfer'), fromWalletId: wallet, to: { walletId: his }, amount: rub('30') };
let linked = '';
let payout = '';
let sent = '';
let offered = '';

const erase = (call = shop.call) => call(EraseCustomerDocument, { input: { customerId: anna.id } });
const refused = () => booksStay(gateway, () => refusal(erase()));
const personKept = async () =>
  (await gateway.deps.db.prisma.customer.findUniqueOrThrow({ where: { id: anna.id } })).personSealed !== null;

/** The secrets that stand in any table, in clear or sealed, and where. */
async function left(): Promise<string[]> {
  const { db, vault } = gateway.deps;
  const places = [...(await everythingStored(db.pool))];
  for (const column of sealedColumns) {
    const { rows } = await db.pool.query(`SELECT * FROM "${column.table}" WHERE "${column.column}" IS NOT NULL`);
    for (const row of rows) {
      const context = contextOf(column, row);
      places.push([context, vault.open(row[column.column], context)]);
    }
  }
  return places.flatMap(([place, text]) =>
    secrets.filter((one) => text.includes(one)).map((one) => `${one} in ${place}`),
  );
}

beforeAll(async () => {
  linked = await linkQiwi(shop.call, qiwi, hers, { registerWebhook: false, customerId: anna.id });
  await qiwi.transferElsewhere(hers, '79261112233', 20, 'from Krylova');
  await reconciled(shop.call, { walletId: linked });
  const answer = await shop.call(CreateTransferDocument, {
    input: { ...deposit, note: 'from Krylova', confirm: true },
  });
  sent = done(answer.transferCreate, 'TransferCreateSuccess').payment.id;
  const back = { idempotencyKey: unique('refund'), paymentId: sent, amount: rub('5'), reason: 'Krylova asked' };
  await shop.call(RefundPaymentDocument, { input: back });
  const input = { idempotencyKey: unique('payout'), fromWalletId: wallet, amount: rub('75'), confirm: true };
  const paid = await shop.call(CreatePayoutDocument, {
    input: { ...input, note: 'to Krylova', destination: { bankAccount } },
  });
  payout = done(paid.payoutCreate, 'PayoutCreateSuccess').payment.id;
  offered = await shop.transfer(his, wallet, '1');
}, 60_000);

test('While a wallet is open, or a payment under way, nothing is erased, and the answer names what is in the way.', async () => {
  expect((await left()).length).toBeGreaterThan(8);
  expect(await refused()).toMatchObject({ __typename: 'StateError', code: 'WALLET_STATE', message: /^2 wallet/ });
  const evidence = 'Krylova called from +79267654321';
  await shop.call(ResolvePaymentDocument, { input: { paymentId: payout, outcome: 'COMPLETED', evidence } });
  done((await shop.call(UnlinkWalletDocument, { walletId: linked })).walletUnlink, 'WalletUnlinkSuccess');
  expect(await refused()).toMatchObject({ code: 'WALLET_STATE', message: expect.stringContaining(wallet) });
  const closed = await shop.call(CloseWalletDocument, { walletId: wallet, reason: 'Krylova left' });
  done(closed.walletClose, 'WalletCloseSuccess');
  // somebody else's payment to her, which nobody has confirmed
  expect(await refused()).toMatchObject({ code: 'PAYMENT_STATE', message: expect.stringContaining(offered) });
  expect(await personKept()).toBe(true);
  const cancel = { paymentId: offered, reason: 'Krylova has left' };
  done((await shop.call(CancelPaymentDocument, cancel)).paymentCancel, 'PaymentCancelSuccess');
});

test('It is for the partner’s server with CUSTOMERS_WRITE; another partner’s customer does not exist.', async () => {
  const variables = { input: { customerId: anna.id } };
  const reader = await shop.key(['CUSTOMERS_READ', 'PERSONAL_DATA_READ']);
  for (const token of [reader, anna.token, gateway.config.adminKey])
    expect(await fault(gateway, token, EraseCustomerDocument, variables)).toMatchObject({ code: 'FORBIDDEN' });
  const other = run(gateway, (await gateway.partner()).apiKey);
  expect(await refusal(erase(other))).toMatchObject(notFound);
  expect(await personKept()).toBe(true);
});

test('An erasure leaves nothing that tells of the customer, calls no provider, ends the sessions, and moves no money.', async () => {
  const { prisma } = gateway.deps.db;
  const watching = subscribe(gateway.ws(anna.token), FollowEventsDocument, {});
  const ended = watching.next();
  ended.catch(() => undefined);
  await vi.waitFor(async () => expect(await (await gateway.fetch('/metrics')).text()).toMatch(/koshel_websockets 1\n/));
  const [payments, called] = [await prisma.payment.count(), [] as string[]];
  const note = (message: unknown) => called.push(String((message as { request: { origin: unknown } }).request.origin));
  diagnostics.subscribe('undici:request:create', note);
  const { customerErasePersonalData: answer } = await booksStay(gateway, () => erase());
  diagnostics.unsubscribe('undici:request:create', note);
  expect(done(answer, 'CustomerErasePersonalDataSuccess').customer).toMatchObject({
    id: anna.id,
    externalId: `erased-${anna.id}`,
    person: null,
    identification: { level: 'NONE', status: 'NOT_STARTED' },
    erasedAt: expect.any(String),
  });
  expect(called.filter((origin) => origin.startsWith(qiwi.sandbox.url))).toEqual([]);
  expect(await left()).toEqual([]);
  await expect(ended).rejects.toMatchObject({ code: 4403 });
  expect(await fault(gateway, anna.token, FirstLookDocument, {})).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await prisma.payment.count()).toBe(payments);
  expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
});

test('Every payment stays readable with its amounts and steps; the other side’s customer and wallet are as they were.', async () => {
  const { payment } = await shop.call(PaymentPageDocument, { id: payout });
  expect(payment).toMatchObject({ status: 'COMPLETED', amount: rub('75.00'), note: null });
  expect(payment?.destination).toMatchObject({ __typename: 'ExternalParty', description: 'Unknown' });
  expect(payment?.timeline.map(({ message }) => message)).toEqual([null, null, null]);
  const learned = (await shop.call(LearnedPaymentsDocument, { walletId: linked })).wallet?.payments.edges ?? [];
  expect(learned.map(({ node }) => node.amount.amount)).toEqual(['20.00']);
  await sequenceEvents(gateway.deps.db);
  const { events } = await shop.call(ReadEventsDocument, { filter: { paymentId: payout } });
  expect(events.events.length).toBeGreaterThan(3);
  const page = (await boris.call(WalletPageDocument, { id: his })).wallet;
  expect(page?.balances[0]?.available.amount).toBe('75.00');
  const seen = (await boris.call(PaymentPageDocument, { id: sent })).payment;
  expect(seen).toMatchObject({ status: 'COMPLETED', amount: rub('30.00'), note: null });
  expect((await boris.call(CustomerDocument, { id: boris.id })).customer?.person?.lastName).toBe('Borisov');
});

test('Doing it again changes nothing, and nothing new begins for an erased customer.', async () => {
  const before = await gateway.deps.db.prisma.customer.findUniqueOrThrow({ where: { id: anna.id } });
  done((await erase()).customerErasePersonalData, 'CustomerErasePersonalDataSuccess');
  const customerId = anna.id;
  const level = 'FULL' as const;
  const wish = { idempotencyKey: unique('wallet'), customerId, currency: 'RUB' };
  for (const [path, send] of [
    ['input.customerId', () => shop.call(CreateSessionTokenDocument, { input: { customerId } })],
    ['input.customerId', () => shop.call(IdentifyCustomerDocument, { input: { customerId, level, person } })],
    ['input.customerId', () => shop.call(OpenWalletDocument, { input: wish })],
    [
      'input.externalId',
      () => shop.call(CreateCustomerDocument, { input: { externalId: `erased-${anna.id}`, person } }),
    ],
  ] as const)
    expect(await booksStay(gateway, () => refusal(send()))).toMatchObject(invalid(path));
  expect(await gateway.deps.db.prisma.customer.findUniqueOrThrow({ where: { id: anna.id } })).toEqual(before);
  const again = await shop.call(CreateCustomerDocument, { input: { externalId: anna.externalId } });
  expect(done(again.customerCreate, 'CustomerCreateSuccess').customer.id).not.toBe(anna.id);
});

test('Of an erasure and the opening of a wallet at the same moment one is done and the other refused.', async () => {
  const outcomes = new Set<string>();
  for (let round = 1; round <= 12; round += 1) {
    const { id: customerId } = await shop.customer({ person });
    const wish = { idempotencyKey: unique('race'), customerId, phone: newPhone(), currency: 'RUB' };
    const [erasing, opening] = await Promise.all([
      shop.call(EraseCustomerDocument, { input: { customerId } }),
      shop.call(OpenWalletDocument, { input: wish }),
    ]);
    const { prisma } = gateway.deps.db;
    const [customer, open] = [
      await prisma.customer.findUniqueOrThrow({ where: { id: customerId } }),
      await prisma.wallet.count({ where: { customerId } }),
    ];
    outcomes.add(`${erasing.customerErasePersonalData?.__typename} ${opening.walletOpen?.__typename}`);
    expect([customer.erasedAt === null, customer.personSealed === null, open]).toEqual(
      opening.walletOpen?.__typename === 'WalletOpenSuccess' ? [true, false, 1] : [false, true, 0],
    );
  }
  const possible = ['CustomerErasePersonalDataSuccess InvalidInputError', 'StateError WalletOpenSuccess'];
  expect([...outcomes].filter((outcome) => !possible.includes(outcome))).toEqual([]);
});
