import { describe, expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreatePayoutDocument,
  CreateTopUpDocument,
  CreateTransferDocument,
  CreateTransitDocument,
  PaymentDetailsDocument,
  PaymentPageDocument,
  ProviderWalletDocument,
  type TransferTargetInput,
  UnlinkWalletDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { mirroredWalletAccount } from '../../src/ledger/account.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, refusal, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run, subscribe } from '../support/operations.ts';
import { figures, linkedWallet, pendingWallet } from '../support/provider-wallets.ts';
import { booksStay } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { openWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const operatorPhone = '+79261111111';

/** Statuses of a payment as they are pushed, until `last` was seen. */
async function statusesUntil(paymentId: string, last: string): Promise<string[]> {
  const seen: string[] = [];
  const watched = subscribe(gateway.ws(apiKey), WatchPaymentDocument, { id: paymentId, follow: true });
  for await (const { paymentUpdated } of watched.rest()) {
    if (seen.at(-1) !== paymentUpdated.status) seen.push(paymentUpdated.status);
    if (paymentUpdated.status === last) break;
  }
  return seen;
}

const execution = (way: 'pending' | 'complete') => mbank.act('settings', { execution: way });
const asked = (fromWalletId: string, to: TransferTargetInput, amount: string, confirm = true) => ({
  input: { idempotencyKey: unique('transfer'), fromWalletId, to, amount: rub(amount), confirm },
});
async function transfer(from: string, to: TransferTargetInput, amount: string, confirm = true) {
  const { transferCreate } = await call(CreateTransferDocument, asked(from, to, amount, confirm));
  return done(transferCreate, 'TransferCreateSuccess').payment;
}
async function airtime(fromWalletId: string, amount: string) {
  const input = { idempotencyKey: unique('payout'), fromWalletId, amount: rub(amount), confirm: true };
  const { payoutCreate } = await call(CreatePayoutDocument, {
    input: { ...input, destination: { phone: operatorPhone } },
  });
  return done(payoutCreate, 'PayoutCreateSuccess').payment;
}
const settlementOf = async (holder: string): Promise<bigint> => {
  const where = { code: `settlement:${holder}:RUB` };
  const row = await gateway.deps.db.prisma.ledgerAccount.findFirst({ where });
  return row ? row.postedDebits - row.postedCredits : 0n;
};
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);

describe('The mirror', () => {
  test('What happened at the provider alone is learned when its figure is read, up and down, and the house has no part in it.', async () => {
    const phone = newPhone();
    const id = await linkedWallet(call, mbank, 1_000, phone);
    expect(await figures(call, id)).toEqual({ posted: '1000.00', pending: '0.00', upstream: '1000.00' });
    mbank.act('wallet.balance', { phone, amount: 1_500.5 });
    expect(await figures(call, id)).toEqual({ posted: '1500.50', pending: '0.00', upstream: '1500.50' });
    mbank.act('wallet.balance', { phone, amount: 20 });
    const both = await Promise.all([figures(call, id), figures(call, id), figures(call, id)]);
    expect(both.at(-1)).toMatchObject({ upstream: '20.00' });
    expect(await figures(call, id)).toEqual({ posted: '20.00', pending: '0.00', upstream: '20.00' });
    expect(await settlementOf(id)).toBe(2_000n);
    expect(await settlementOf(mbank.account.id)).toBe(0n);
    await booksAreRight();
  });

  test('While the provider is down, the books are shown as they are and its own figure is null.', async () => {
    const phone = newPhone();
    const id = await linkedWallet(call, mbank, 300, phone);
    mbank.act('wallet.balance', { phone, amount: 200 });
    mbank.sandbox.control.fault({ provider: 'mbank', operation: 'wallet.get', kind: 'status', times: 4 });
    expect(await figures(call, id)).toEqual({ posted: '300.00', pending: '0.00', upstream: null });
    mbank.sandbox.control.clearFaults('mbank');
    expect(await figures(call, id)).toEqual({ posted: '200.00', pending: '0.00', upstream: '200.00' });
    await booksAreRight();
  });
});

describe('A wallet at mbank pays', () => {
  test('By card it is topped up itself: the money is at the provider under its own name.', async () => {
    execution('complete');
    const id = await linkedWallet(call, mbank, 100);
    const input = {
      idempotencyKey: unique('top-up'),
      walletId: id,
      amount: rub('250.50'),
      method: 'CARD' as const,
      saveCard: true,
      confirm: true,
      returnUrl: 'https://shop.example/ok',
      failureUrl: 'https://shop.example/no',
    };
    const created = done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess').payment;
    mbank.act('page', { payment: await mbank.referenceOf(created.id), result: 'approve' });
    expect(await statusesUntil(created.id, 'COMPLETED')).toEqual(['PROCESSING', 'COMPLETED']);
    expect(await figures(call, id)).toEqual({ posted: '350.50', pending: '0.00', upstream: '350.50' });
    expect(await settlementOf(id)).toBe(35_050n);
    const [card] = await gateway.deps.db.prisma.card.findMany({ where: { walletId: id } });
    await expect
      .poll(async () => (await gateway.deps.db.prisma.card.findFirstOrThrow({ where: { id: card?.id ?? '' } })).state)
      .toBe('ACTIVE');
    await booksAreRight();
  });

  test('A payout is held, captured with the provider’s fee from its own money, undone and redone; the mirror needs no adjustment.', async () => {
    execution('pending');
    const id = await linkedWallet(call, mbank, 1_000);
    const payout = await airtime(id, '100');
    expect(payout).toMatchObject({ status: 'PROCESSING', fee: { amount: '3.00' } });
    expect(await figures(call, id)).toMatchObject({ posted: '1000.00', pending: '103.00' });
    const reference = await mbank.referenceOf(payout.id);
    mbank.act('payment.complete', { id: reference });
    await statusesUntil(payout.id, 'COMPLETED');
    expect(await figures(call, id)).toEqual({ posted: '897.00', pending: '0.00', upstream: '897.00' });
    mbank.act('payment.undo', { id: reference });
    await statusesUntil(payout.id, 'REVERSED');
    expect(await figures(call, id)).toEqual({ posted: '1000.00', pending: '0.00', upstream: '1000.00' });
    mbank.act('payment.redo', { id: reference });
    await statusesUntil(payout.id, 'COMPLETED');
    expect(await figures(call, id)).toEqual({ posted: '897.00', pending: '0.00', upstream: '897.00' });
    expect(await settlementOf(id)).toBe(89_700n);
    const { id: account } = mirroredWalletAccount(partnerId, id, 'RUB');
    const ofWallet = { OR: [{ debitAccountId: account }, { creditAccountId: account }] };
    const adjusted = await gateway.deps.db.prisma.journalEntry.count({
      where: { code: 'MIRROR_ADJUSTED', postings: { some: ofWallet } },
    });
    expect(adjusted, 'the opening balance only').toBe(1);
    await booksAreRight();
  });

  test('A transfer to a wallet known here moves both books; one to a stranger’s phone only the sender’s.', async () => {
    execution('pending');
    const [phone, stranger] = [newPhone(), newPhone()];
    const [from, to] = [await linkedWallet(call, mbank, 1_000), await linkedWallet(call, mbank, 10, phone)];
    const created = await transfer(from, { walletId: to }, '250', false);
    expect(created).toMatchObject({ kind: 'TRANSFER', status: 'CREATED' });
    expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: '0.00' });
    done((await call(ConfirmPaymentDocument, { paymentId: created.id })).paymentConfirm, 'PaymentConfirmSuccess');
    expect(await figures(call, from)).toMatchObject({ posted: '1000.00', pending: '250.00' });
    const details = (await call(PaymentDetailsDocument, { id: created.id })).payment;
    expect(details?.attempts).toMatchObject([
      { operations: expect.arrayContaining(['payments.create.p2p', 'payments.pay']) },
    ]);
    const busy = await booksStay(gateway, () => refusal(call(UnlinkWalletDocument, { walletId: to })));
    expect(busy).toMatchObject({ code: 'WALLET_STATE' });
    const reference = await mbank.referenceOf(created.id);
    mbank.act('payment.complete', { id: reference });
    await statusesUntil(created.id, 'COMPLETED');
    expect(await figures(call, from)).toEqual({ posted: '750.00', pending: '0.00', upstream: '750.00' });
    expect(await figures(call, to)).toEqual({ posted: '260.00', pending: '0.00', upstream: '260.00' });
    mbank.act('payment.undo', { id: reference });
    await statusesUntil(created.id, 'REVERSED');
    expect(await figures(call, from)).toMatchObject({ posted: '1000.00', upstream: '1000.00' });
    expect(await figures(call, to)).toMatchObject({ posted: '10.00', upstream: '10.00' });

    execution('complete');
    mbank.act('wallet.create', { phone: stranger, password: 'secret-one', amount: 0 });
    const sent = await transfer(from, { phone: stranger }, '100');
    await statusesUntil(sent.id, 'COMPLETED');
    const page = (await call(PaymentPageDocument, { id: sent.id })).payment;
    expect(page?.destination).toMatchObject({ __typename: 'WalletParty', phone: stranger });
    expect(await figures(call, from)).toMatchObject({ posted: '900.00', upstream: '900.00' });
    const known = await transfer(from, { phone }, '1');
    await statusesUntil(known.id, 'COMPLETED');
    expect(await figures(call, to)).toMatchObject({ posted: '11.00', upstream: '11.00' });
    await booksAreRight();
  });

  test('An answer to the paying call that is lost is found out by asking; the money moves once.', async () => {
    execution('complete');
    const [from, to] = [await linkedWallet(call, mbank, 500), await linkedWallet(call, mbank, 0)];
    mbank.sandbox.control.fault({ provider: 'mbank', operation: 'payments.pay', kind: 'close', when: 'after' });
    const sent = await transfer(from, { walletId: to }, '200');
    await statusesUntil(sent.id, 'COMPLETED');
    expect(await figures(call, from)).toEqual({ posted: '300.00', pending: '0.00', upstream: '300.00' });
    expect(await figures(call, to)).toEqual({ posted: '200.00', pending: '0.00', upstream: '200.00' });
    await booksAreRight();
  });

  test('What is undone after a wallet was unlinked moves the books of those that are still followed, and no other.', async () => {
    execution('complete');
    const [from, to, gone] = [
      await linkedWallet(call, mbank, 300),
      await linkedWallet(call, mbank, 0),
      await linkedWallet(call, mbank, 90),
    ];
    const received = await transfer(from, { walletId: to }, '100');
    const paid = await transfer(gone, { walletId: from }, '50');
    for (const { id } of [received, paid]) await statusesUntil(id, 'COMPLETED');
    for (const walletId of [to, gone])
      done((await call(UnlinkWalletDocument, { walletId })).walletUnlink, 'WalletUnlinkSuccess');
    const handled = () => gateway.deps.db.prisma.webhookReceipt.count({ where: { handledAt: { not: null } } });
    const before = await handled();
    mbank.act('payment.undo', { id: await mbank.referenceOf(paid.id) });
    mbank.act('payment.undo', { id: await mbank.referenceOf(received.id) });
    await statusesUntil(received.id, 'REVERSED');
    await expect.poll(handled, { timeout: 10_000 }).toBeGreaterThanOrEqual(before + 2);
    expect((await call(PaymentPageDocument, { id: paid.id })).payment?.status).toBe('COMPLETED');
    expect(await figures(call, from)).toEqual({ posted: '300.00', pending: '0.00', upstream: '300.00' });
    expect(await settlementOf(to)).toBe(0n);
    await booksAreRight();
  });

  test('What the provider refuses leaves every book as it was.', async () => {
    execution('complete');
    const phone = newPhone();
    const poor = await linkedWallet(call, mbank, 50, phone);
    const rich = await linkedWallet(call, mbank, 5_000);
    const before = [await figures(call, poor), await figures(call, rich)];
    const more = await refusal(call(CreateTransferDocument, asked(poor, { walletId: rich }, '60')));
    expect(more.__typename).toBe('InsufficientFundsError');
    const nobody = await refusal(call(CreateTransferDocument, asked(rich, { phone: newPhone() }, '60')));
    expect(nobody).toMatchObject({ __typename: 'ProviderRejectedError' });
    execution('pending');
    const declined = await transfer(rich, { walletId: poor }, '60');
    mbank.act('payment.decline', { id: await mbank.referenceOf(declined.id), reason: 'invalid_data' });
    await statusesUntil(declined.id, 'DECLINED');
    expect([await figures(call, poor), await figures(call, rich)]).toEqual(before);
    await booksAreRight();
  });

  test('Without a wallet the application’s own token is bought beforehand, and shown by name and dates.', async () => {
    execution('complete');
    const from = await linkedWallet(call, mbank, 20);
    await statusesUntil((await airtime(from, '10')).id, 'COMPLETED');
    const service = await gateway.deps.db.prisma.service.findFirstOrThrow({ where: { providerReference: '834' } });
    const parameters = [{ id: 'phoneNumber', value: operatorPhone }];
    const input = {
      idempotencyKey: unique('transit'),
      amount: rub('50'),
      service: { serviceId: service.id, parameters },
    };
    const { transitCreate } = await call(CreateTransitDocument, { input });
    expect(done(transitCreate, 'TransitCreateSuccess').payment.status).toBe('CREATED');
    const account = (await call(ProviderWalletDocument, { id: from })).wallet?.providerAccount;
    const token = { name: 'applicationToken', state: 'VALID', expiresAt: expect.any(String) };
    expect(account?.credentials).toContainEqual(token);
    expect(account?.credentials).toContainEqual({ name: 'password', state: 'VALID', expiresAt: null });
  });

  test('What cannot be is refused before the provider hears of it.', async () => {
    const phone = newPhone();
    const id = await linkedWallet(call, mbank, 500, phone);
    const local = await openWalletOf(call, newPhone());
    const { id: pending } = await pendingWallet(call);
    const refused = (from: string, to: TransferTargetInput) =>
      booksStay(gateway, () => refusal(call(CreateTransferDocument, asked(from, to, '10'))));
    expect(await refused(id, { walletId: local })).toMatchObject({ code: 'NOT_SUPPORTED' });
    expect(await refused(local, { walletId: id })).toMatchObject({ code: 'NOT_SUPPORTED' });
    expect(await refused(id, { walletId: id })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refused(id, { phone })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refused(id, { phone: '+7' })).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await refused(id, { walletId: unique('wal') })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refused(id, { walletId: pending })).toMatchObject({ code: 'WALLET_STATE' });
    expect(await refused(pending, { walletId: id })).toMatchObject({ code: 'WALLET_STATE' });
    mbank.act('wallet.lock', { phone, message: 'call the bank' });
    expect(await figures(call, id)).toMatchObject({ posted: '500.00', upstream: null });
    expect(await refused(id, { phone: operatorPhone })).toMatchObject({ code: 'WALLET_STATE', state: 'BLOCKED' });
    mbank.act('wallet.unlock', { phone });
    await figures(call, id);
    execution('complete');
    await statusesUntil((await transfer(id, { phone: operatorPhone }, '10')).id, 'COMPLETED');
    await booksAreRight();
  });
});
