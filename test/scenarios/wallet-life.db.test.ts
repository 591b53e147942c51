import { afterAll, expect, test } from 'vitest';
import {
  BlockWalletDocument,
  CloseWalletDocument,
  ConfirmPaymentDocument,
  CreateTransferDocument,
  FollowEventsDocument,
  IdentifyCustomerDocument,
  OpenAccountDocument,
  OpenWalletDocument,
  PaymentPageDocument,
  RefundPaymentDocument,
  SetDefaultCurrencyDocument,
  SetLimitsDocument,
  UnblockWalletDocument,
  WalletBalanceDocument,
  WalletLimitsDocument,
  WalletPageDocument,
  WalletStatementDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { encodeCursor } from '../../src/events/log.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, openShop, refusal, rub, unique } from '../support/builders.ts';
import { subscribe } from '../support/operations.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** What a wallet can do between its opening and its close. */

const gateway = await startTestApp();
const shop = await openShop(gateway, { fee: 100 });
const { call } = shop;
afterAll(async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]));

const key = () => ({ idempotencyKey: unique('life') });
const usd = (amount: string) => ({ amount, currency: 'USD' });
const balance = async (id: string, currency?: string, at?: string) =>
  (await call(WalletBalanceDocument, { id, currency, at })).wallet?.balance;

test('A wallet keeps several currencies apart, and one of them is its default.', async () => {
  const [walletId, other] = [await shop.wallet({ holds: '100' }), await shop.wallet({ currency: 'USD' })];
  const opened = await call(OpenAccountDocument, { input: { ...key(), walletId, currency: 'USD' } });
  expect(done(opened.walletAccountOpen, 'WalletAccountOpenSuccess')).toMatchObject({
    balance: { currency: 'USD', isDefault: false },
    wallet: { defaultCurrency: 'RUB', offeredCurrencies: ['EUR', 'KZT'] },
  });
  await shop.topUp(walletId, '7.07', 'USD');
  const paid = await call(CreateTransferDocument, {
    input: { ...key(), fromWalletId: walletId, to: { walletId: other }, amount: usd('7'), confirm: true },
  });
  expect(done(paid.transferCreate, 'TransferCreateSuccess').payment).toMatchObject({
    fee: usd('0.07'),
    amount: usd('7.00'),
  });
  expect(await balance(walletId)).toMatchObject({ currency: 'RUB', isDefault: true, available: { amount: '100.00' } });

  const chosen = await call(SetDefaultCurrencyDocument, { walletId, currency: 'USD' });
  expect(done(chosen.walletSetDefaultCurrency, 'WalletSetDefaultCurrencySuccess').wallet.balances).toMatchObject([
    { currency: 'RUB', isDefault: false, posted: { amount: '100.00' } },
    { currency: 'USD', isDefault: true, posted: { amount: '0.00' } },
  ]);
  expect(await balance(walletId)).toMatchObject({ currency: 'USD', available: { amount: '0.00' } });
  expect(await balance(walletId, 'EUR')).toBeNull();
  expect(await balance(other)).toMatchObject({ currency: 'USD', available: { amount: '7.00' } });
});

test('A cap of the wallet’s own tightens its level’s, counts what is spent, and is lifted again.', async () => {
  const [from, to] = [await shop.wallet({ holds: '1000' }), await shop.wallet()];
  const setCap = (limit: object) =>
    call(SetLimitsDocument, { walletId: from, limits: [{ kind: 'TRANSFER', window: 'DAY', ...limit }] });
  const day = async () => {
    const { wallet } = await call(WalletLimitsDocument, { id: from, kinds: ['TRANSFER'] });
    const { max, spent, remaining, count } = wallet?.limits.find(({ window }) => window === 'DAY') ?? {};
    return [max?.amount, spent?.amount, remaining?.amount, count];
  };
  expect(await day()).toEqual(['1000000.00', '0.00', '1000000.00', 0]);
  await setCap({ max: rub('100') });
  await shop.transfer(from, to, '60', true);
  expect(await day()).toEqual(['100.00', '60.00', '40.00', 1]);
  await setCap({ max: rub('50') });
  expect(await day()).toEqual(['50.00', '60.00', '0.00', 1]);
  await setCap({ enabled: false });
  expect(await day()).toEqual(['1000000.00', '60.00', '999940.00', 1]);
  await shop.transfer(from, to, '60', true);
  expect(await day()).toEqual(['1000000.00', '120.00', '999880.00', 2]);
});

test('A higher level lifts the caps of all the customer’s wallets at once, a lower one brings them back.', async () => {
  const person = await shop.customer({ level: 'NONE' });
  const wallets = [await shop.wallet({ owner: person, holds: '15000' }), await shop.wallet({ owner: person })];
  const [from = ''] = wallets;
  const to = await shop.wallet();
  const send = (amount: string) =>
    person.call(CreateTransferDocument, {
      input: { ...key(), fromWalletId: from, to: { walletId: to }, amount: rub(amount), confirm: true },
    });
  const identify = (level: 'NONE' | 'FULL') =>
    call(IdentifyCustomerDocument, { input: { customerId: person.id, level } });
  const single = async (id: string) => {
    const { wallet } = await person.call(WalletLimitsDocument, { id, kinds: ['TRANSFER'] });
    return [wallet?.identification.level, wallet?.limits.find(({ window }) => window === 'ONE_TIME')?.max?.amount];
  };
  expect(await single(from)).toEqual(['NONE', '15000.00']);
  await identify('FULL');
  for (const id of wallets) expect(await single(id)).toEqual(['FULL', '600000.00']);
  await shop.topUp(from, '5000');
  expect((await send('15000.01')).transferCreate?.__typename).toBe('TransferCreateSuccess');
  await identify('NONE');
  for (const id of wallets) expect(await single(id)).toEqual(['NONE', '15000.00']);
  expect(await refusal(send('1'))).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    limit: { kind: 'TRANSFER', window: 'DAY' },
  });
});

test('A blocked wallet works again once it is unblocked; what was in flight has ended meanwhile.', async () => {
  const [from, to] = [await shop.wallet({ holds: '100' }), await shop.wallet()];
  const waits = await shop.transfer(from, to, '10');
  for (const _ of [1, 2]) {
    const { walletBlock } = await call(BlockWalletDocument, { walletId: from });
    expect(done(walletBlock, 'WalletBlockSuccess').wallet.status).toBe('BLOCKED');
  }
  expect(await refusal(call(ConfirmPaymentDocument, { paymentId: waits }))).toMatchObject({ code: 'WALLET_STATE' });
  const { walletUnblock } = await call(UnblockWalletDocument, { walletId: from });
  expect(done(walletUnblock, 'WalletUnblockSuccess').wallet.status).toBe('ACTIVE');
  const { paymentConfirm } = await call(ConfirmPaymentDocument, { paymentId: waits });
  expect(done(paymentConfirm, 'PaymentConfirmSuccess').payment.status).toBe('COMPLETED');
});

test('An empty wallet is closed for good, and its phone opens another.', async () => {
  const phone = newPhone();
  const walletId = await shop.wallet({ holds: '10.10', phone });
  const to = await shop.wallet();
  await shop.transfer(walletId, to, '10', true);
  const { walletClose } = await call(CloseWalletDocument, { walletId, reason: 'moved abroad' });
  expect(done(walletClose, 'WalletCloseSuccess').wallet.status).toBe('CLOSED');
  const { walletOpen } = await call(OpenWalletDocument, { input: { ...key(), phone } });
  const reopened = done(walletOpen, 'WalletOpenSuccess').wallet.id;
  expect(reopened).not.toBe(walletId);
  await shop.transfer(to, { phone }, '5', true);
  expect(await balance(reopened)).toMatchObject({ available: { amount: '5.00' } });
  expect((await call(WalletPageDocument, { id: walletId })).wallet?.payments.edges).toHaveLength(2);
});

test('The statement has a running balance, pages that meet, and agrees with the balance at each of its instants.', async () => {
  const [walletId, to] = [await shop.wallet({ holds: '1000' }), await shop.wallet({ holds: '500' })];
  const paid = await shop.transfer(walletId, to, '100', true);
  await shop.transfer(to, walletId, '33.33', true);
  done(
    (await call(RefundPaymentDocument, { input: { ...key(), paymentId: paid, amount: rub('50') } })).paymentRefund,
    'PaymentRefundSuccess',
  );
  await shop.payout(walletId, '7');
  const read = async (first: number, after?: string) =>
    (await call(WalletStatementDocument, { id: walletId, first, after })).wallet?.statement;
  const all = (await read(20))?.edges ?? [];
  expect(all.map(({ node }) => [node.amount.amount, node.balanceAfter.amount, node.payment?.kind])).toEqual([
    ['50.00', '982.33', 'REFUND'],
    ['33.33', '932.33', 'TRANSFER'],
    ['-1.00', '899.00', 'TRANSFER'],
    ['-100.00', '900.00', 'TRANSFER'],
    ['1000.00', '1000.00', 'TOP_UP'],
  ]);
  const seen: string[] = [];
  for (let after: string | undefined, more = true; more; ) {
    const page = await read(2, after);
    seen.push(...(page?.edges.map(({ cursor }) => cursor) ?? []));
    after = page?.pageInfo.endCursor ?? undefined;
    more = page?.pageInfo.hasNextPage ?? false;
  }
  expect(seen).toEqual(all.map(({ cursor }) => cursor));

  const newest = new Map(
    all.map(({ node }) => [node.recordedAt, node.balanceAfter.amount]).reverse() as [string, string][],
  );
  for (const [at, after] of newest) expect((await balance(walletId, 'RUB', at))?.posted.amount).toBe(after);
  const first = all.at(-1)?.node.recordedAt ?? '';
  expect((await balance(walletId, 'RUB', new Date(Date.parse(first) - 1).toISOString()))?.posted.amount).toBe('0.00');
  const { wallet } = await call(WalletStatementDocument, {
    id: walletId,
    from: all[1]?.node.recordedAt,
    to: all[0]?.node.recordedAt,
  });
  expect(wallet?.statement.edges.map(({ node }) => node.amount.amount)).toEqual(['33.33']);
  expect(await balance(walletId)).toMatchObject({
    posted: { amount: '982.33' },
    pending: { amount: '7.00' },
    available: { amount: '975.33' },
  });
});

test('The recipient sees a payment once it has arrived, and of it what is the recipient’s to know.', async () => {
  const [payer, payee] = [await shop.customer(), await shop.customer()];
  const [payerPhone, payeePhone] = [newPhone(), newPhone()];
  const from = await shop.wallet({ owner: payer, holds: '1000', phone: payerPhone });
  const to = await shop.wallet({ owner: payee, phone: payeePhone });
  const payeeSees = subscribe(gateway.ws(payee.token), FollowEventsDocument, { after: encodeCursor(0n) });
  expect((await payeeSees.next()).events.type).toBe('WALLET_OPENED');
  const id = await shop.transfer(from, to, '10');
  expect((await payee.call(PaymentPageDocument, { id })).payment).toBeNull();
  expect((await payee.call(WalletPageDocument, { id: to })).wallet?.payments.edges).toEqual([]);
  await expect(subscribe(gateway.ws(payee.token), WatchPaymentDocument, { id }).next()).rejects.toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  await payer.call(ConfirmPaymentDocument, { paymentId: id });
  expect([(await payeeSees.next()).events.type, (await payeeSees.next()).events.type]).toEqual([
    'PAYMENT_COMPLETED',
    'BALANCE_CHANGED',
  ]);

  const masked = (phone: string) => `${phone.slice(0, 5)}•••${phone.slice(-4)}`;
  expect((await payee.call(PaymentPageDocument, { id })).payment).toMatchObject({
    status: 'COMPLETED',
    direction: 'IN',
    wallet: { id: to },
    fee: null,
    idempotencyKey: null,
    source: { phone: masked(payerPhone), wallet: null },
    destination: { phone: payeePhone, wallet: { id: to } },
    availableActions: expect.arrayContaining(['REFUND']),
  });
  expect((await payer.call(PaymentPageDocument, { id })).payment).toMatchObject({
    direction: 'OUT',
    wallet: { id: from },
    fee: rub('0.10'),
    source: { phone: payerPhone },
    destination: { phone: masked(payeePhone), wallet: null },
  });
});
