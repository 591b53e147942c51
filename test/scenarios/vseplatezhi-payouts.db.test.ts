import { describe, expect, test } from 'vitest';
import { ConfirmPaymentDocument, CreatePayoutDocument, HouseWalletDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone, openShop, refusal } from '../support/builders.ts';
import { figures } from '../support/provider-wallets.ts';
import { booksStay, invalid } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { house, openedWallet, startVsePlatezhi } from '../support/vseplatezhi.ts';
import { bankId, bookshop, merchant, toBank, toMerchant, vsePlatezhiMoney } from '../support/vseplatezhi-money.ts';
import { fundedWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const theirs = await startVsePlatezhi(gateway, shop.id);
const money = vsePlatezhiMoney(gateway, theirs, shop.apiKey, call);
const { confirm, details, lines, payout, payoutInput, reconciled, until } = money;
const { prisma } = gateway.deps.db;

const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const attemptOf = (paymentId: string) => prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId } });

/** A wallet at VsePlatezhi with so much in it when it was linked. */
async function wallet(amount = 1_000): Promise<{ id: string; phone: string; name: string }> {
  const opened = await openedWallet(call, { identification: 'FULL' });
  const name = opened.phone.replace('+7', '');
  theirs.act('deposit', { wallet: name, amount });
  await reconciled(opened.id);
  return { ...opened, name };
}

const spent = ({ phone }: { phone: string }) => lines({ phone }).filter(({ type }) => type !== 'CREDIT');

describe('A payout to a merchant', () => {
  test('It is initialised, paid under its token, and stands in the report once.', async () => {
    const from = await wallet();
    const id = await payout(from.id, toMerchant, '250.75', { note: 'an order' });
    expect(await details(id)).toMatchObject({
      kind: 'PAYOUT',
      status: 'CREATED',
      fee: { amount: '0.00' },
      total: { amount: '250.75' },
      destination: { __typename: 'MerchantParty', reference: merchant },
    });
    const { reference, operations } = await attemptOf(id);
    expect(reference).toMatch(/^[0-9a-f-]{36}$/);
    expect(operations).toEqual(['payment.init']);
    expect(await figures(call, from.id)).toEqual({ posted: '1000.00', pending: '0.00', upstream: '1000.00' });

    await confirm(id);
    await until(id, 'COMPLETED');
    expect((await attemptOf(id)).operations).toEqual(['payment.init', 'payment.execute']);
    expect(await figures(call, from.id)).toEqual({ posted: '749.25', pending: '0.00', upstream: '749.25' });
    expect(spent(from)).toMatchObject([{ type: 'PAYMENT' }]);
    expect(await reconciled(from.id)).toMatchObject({ breaks: [] });
    expect(await prisma.payment.count({ where: { sourceWalletId: from.id } })).toBe(1);
    expect(await prisma.payment.findUnique({ where: { id } })).toMatchObject({
      reference,
      historyReference: expect.stringContaining('PAYMENT-'),
    });
    expect((await call(ConfirmPaymentDocument, { paymentId: id })).paymentConfirm).toMatchObject({ replayed: true });
    expect(spent(from)).toHaveLength(1);
    await booksAreRight();
  });

  test('Equal ones take a line each; of those that are confirmed at once one is called after the other.', async () => {
    const from = await wallet();
    const made = [];
    for (let count = 0; count < 4; count += 1) made.push(await payout(from.id, toMerchant, '100'));
    await Promise.all(made.map((id) => confirm(id)));
    for (const id of made) await until(id, 'COMPLETED');
    expect(await reconciled(from.id)).toMatchObject({ matched: 5, breaks: [] });
    const rows = await prisma.payment.findMany({ where: { sourceWalletId: from.id }, include: { attempts: true } });
    expect(new Set(rows.map(({ historyReference }) => historyReference)).size).toBe(4);
    const calls = rows.map(({ attempts, completedAt }) => [attempts[0]?.calledAt, completedAt]);
    calls.sort((a, b) => Number(a[0]) - Number(b[0]));
    for (const [index, [calledAt]] of calls.entries())
      if (index > 0) expect(Number(calledAt)).toBeGreaterThanOrEqual(Number(calls[index - 1]?.[1]));
    expect(await figures(call, from.id)).toEqual({ posted: '600.00', pending: '0.00', upstream: '600.00' });
    await booksAreRight();
  });

  test('Of two that are equal and unclear, one of which was paid, one is paid and the other goes back.', async () => {
    const from = await wallet();
    const [first, second] = [await payout(from.id, toBank, '100'), await payout(from.id, toBank, '100')];
    const asked = theirs.asked('withdrawal.init');
    for (const when of ['after', 'before'] as const)
      theirs.sandbox.control.fault({ provider: 'vseplatezhi', operation: 'withdrawal.init', kind: 'close', when });
    await Promise.all([confirm(first), confirm(second)]);
    expect(spent(from)).toHaveLength(1);
    const paid = () => prisma.payment.count({ where: { id: { in: [first, second] }, status: 'COMPLETED' } });
    await expect.poll(paid, { timeout: 20_000 }).toBe(1);
    // both have met their fault; the next test must not
    await expect.poll(() => theirs.asked('withdrawal.init') - asked, { timeout: 20_000 }).toBe(2);
    expect(await figures(call, from.id)).toEqual({ posted: '900.00', pending: '100.00', upstream: '900.00' });
  }, 60_000);

  test('Out of a LOCAL wallet it goes through the house wallet.', async () => {
    const from = await fundedWalletOf(call, newPhone(), '1000');
    const id = await payout(from, { merchant: { reference: bookshop } }, '300');
    await confirm(id);
    await until(id, 'COMPLETED');
    expect(await figures(call, from)).toMatchObject({ posted: '700.00', pending: '0.00' });
    const { node } = await call(HouseWalletDocument, { id: theirs.account.id });
    const houseId = node && 'houseWallet' in node ? (node.houseWallet?.id ?? '') : '';
    expect(await reconciled(houseId)).toMatchObject({ breaks: [] });
    expect(lines(house).at(-1)).toMatchObject({ type: 'PAYMENT' });
    expect(await prisma.payment.count({ where: { origin: 'PROVIDER', sourceWalletId: houseId } })).toBe(0);
    await booksAreRight();
  });
});

describe('A withdrawal to the owner’s own account', () => {
  test('It is sent once, and stands in the report once.', async () => {
    const from = await wallet();
    const id = await payout(from.id, toBank, '400');
    expect(await details(id)).toMatchObject({
      status: 'CREATED',
      destination: { __typename: 'ExternalParty', description: 'Test Bank' },
    });
    await confirm(id);
    await until(id, 'COMPLETED');
    expect((await attemptOf(id)).operations).toEqual(['withdrawal.init']);
    expect(await figures(call, from.id)).toEqual({ posted: '600.00', pending: '0.00', upstream: '600.00' });
    expect(await reconciled(from.id)).toMatchObject({ breaks: [] });
    expect(spent(from)).toMatchObject([{ type: 'DEBIT' }]);
    await booksAreRight();
  });

  test('Money that comes back from the bank later undoes it, here as there; a part of it is a movement of its own.', async () => {
    const from = await wallet();
    const [id, other] = [await payout(from.id, toBank, '400'), await payout(from.id, toBank, '300')];
    await confirm(id);
    await confirm(other);
    const [first, second] = spent(from);
    await reconciled(from.id);
    theirs.act('payment.undo', { id: first?.id });
    theirs.act('payment.undo', { id: second?.id, amount: 50 });
    expect(await reconciled(from.id)).toMatchObject({ breaks: [] });
    expect((await details(id)).timeline.at(-1)).toMatchObject({ to: 'REVERSED', source: 'RECONCILIATION' });
    expect((await details(other)).status).toBe('COMPLETED');
    const learned = await prisma.payment.findMany({ where: { destinationWalletId: from.id, kind: 'REFUND' } });
    expect(learned).toMatchObject([{ origin: 'PROVIDER', status: 'COMPLETED', amountMinor: 5_000n }]);
    expect(await figures(call, from.id)).toEqual({ posted: '750.00', pending: '0.00', upstream: '750.00' });
    // reading it again changes nothing
    expect(await reconciled(from.id)).toMatchObject({ breaks: [] });
    expect((await details(id)).status).toBe('REVERSED');
    expect(await figures(call, from.id)).toEqual({ posted: '750.00', pending: '0.00', upstream: '750.00' });
    await booksAreRight();
  });

  test('One that fails at the bank after it was taken in flight comes back, too.', async () => {
    const from = await wallet();
    const id = await payout(from.id, toBank, '400');
    theirs.act('outcome', { outcome: 'pending' });
    await confirm(id);
    theirs.act('payment.decline', { id: spent(from)[0]?.id });
    await reconciled(from.id);
    expect((await details(id)).status).toBe('REVERSED');
    expect(await figures(call, from.id)).toEqual({ posted: '1000.00', pending: '0.00', upstream: '1000.00' });
    await booksAreRight();
  });
});

describe('What is refused', () => {
  const refused = (input: ReturnType<typeof payoutInput>) =>
    booksStay(gateway, () => refusal(call(CreatePayoutDocument, { input })));
  const confirmed = (paymentId: string) => refusal(call(ConfirmPaymentDocument, { paymentId }));
  const rejected = (providerCode: string, remedy: string) => ({
    __typename: 'ProviderRejectedError',
    providerCode,
    remedy,
  });

  test('Input that cannot be a payout names its field.', async () => {
    const from = await wallet();
    const bad: [Parameters<typeof payoutInput>[1], string][] = [
      [{ merchant: { reference: ' ' } }, 'input.destination.merchant.reference'],
      [{ merchant: { reference: 'x'.repeat(101) } }, 'input.destination.merchant.reference'],
      [{ withdrawalBank: { bankId: '' } }, 'input.destination.withdrawalBank.bankId'],
      [{ withdrawalBank: { bankId: '100000000000' } }, 'input.destination.withdrawalBank.bankId'],
      [{ phone: '+79161234567' }, 'input.destination.phone'],
    ];
    for (const [destination, path] of bad)
      expect(await refused(payoutInput(from.id, destination, '10'))).toMatchObject(invalid(path));
    expect(spent(from)).toEqual([]);
  });

  test('A withdrawal from a LOCAL wallet would go to the owner of the house wallet.', async () => {
    const from = await fundedWalletOf(call, newPhone(), '1000');
    expect(await refused(payoutInput(from, toBank, '10'))).toMatchObject({ __typename: 'NotSupportedError' });
  });

  test('A bank that is gone: when the payout is made, and when it is confirmed.', async () => {
    const from = await wallet();
    const id = await payout(from.id, toBank, '10');
    theirs.act('bank.remove', { bankIdentifier: bankId });
    expect(await refused(payoutInput(from.id, toBank, '10'))).toMatchObject(
      invalid('input.destination.withdrawalBank.bankId'),
    );
    expect(await confirmed(id)).toMatchObject(rejected('BANK_UNKNOWN', 'CHANGE_INPUT'));
    theirs.act('bank.restore', { bankIdentifier: bankId });
    expect(await details(id)).toMatchObject({ status: 'DECLINED', declineReason: 'RECIPIENT_REFUSED' });
    expect(await figures(call, from.id)).toEqual({ posted: '1000.00', pending: '0.00', upstream: '1000.00' });
    expect(spent(from)).toEqual([]);
    await booksAreRight();
  });

  test('A merchant that is not there, more than there is, and a wallet that was closed at its provider.', async () => {
    const from = await wallet();
    const unknown = await payout(from.id, { merchant: { reference: 'nobody' } }, '10');
    expect(await confirmed(unknown)).toMatchObject(rejected('TSP_UNKNOWN', 'NONE'));
    const much = await payout(from.id, toMerchant, '1000.01');
    expect((await confirmed(much)).code).toBe('INSUFFICIENT_FUNDS');
    theirs.act('wallet.balance', { wallet: from.name, amount: 5 });
    const more = await payout(from.id, toBank, '500');
    expect((await confirmed(more)).code).toBe('INSUFFICIENT_FUNDS');
    theirs.act('wallet.balance', { wallet: from.name, amount: 1000 });
    const late = await payout(from.id, toMerchant, '10');
    theirs.act('wallet.close', { wallet: from.name });
    expect(await confirmed(late)).toMatchObject({ code: expect.stringMatching(/PROVIDER_REJECTED|WALLET_STATE/) });
    const statuses = await Promise.all([unknown, much, more, late].map(async (id) => (await details(id)).status));
    expect(statuses).not.toContain('COMPLETED');
    expect(spent(from)).toEqual([]);
    await booksAreRight();
  });
});
