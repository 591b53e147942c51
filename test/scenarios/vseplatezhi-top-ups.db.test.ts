import { describe, expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateTopUpDocument,
  HouseWalletDocument,
  PaymentToPayDocument,
} from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone, openShop, refusal } from '../support/builders.ts';
import { figures } from '../support/provider-wallets.ts';
import { booksStay, invalid, notFound, paymentState } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { house, openedWallet, startVsePlatezhi } from '../support/vseplatezhi.ts';
import { vsePlatezhiMoney } from '../support/vseplatezhi-money.ts';
import { openWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp();
const shop = await openShop(gateway);
const { call } = shop;
const theirs = await startVsePlatezhi(gateway, shop.id);
const { askNow, details, link, lines, reconciled, topUp, topUpInput, until } = vsePlatezhiMoney(
  gateway,
  theirs,
  shop.apiKey,
  call,
);
const { pool, prisma } = gateway.deps.db;

const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
const pay = (payload: string) => theirs.act('refill.confirm', { link: payload });
const refused = (input: ReturnType<typeof topUpInput>) => refusal(call(CreateTopUpDocument, { input }));
const runOut = async (id: string) => {
  await pool.query(`UPDATE payment SET expires_at = now() - interval '1 second' WHERE id = $1`, [id]);
  return until(id, 'EXPIRED');
};
const houseWallet = async () => {
  const { node } = await call(HouseWalletDocument, { id: theirs.account.id });
  const wallet = node && 'houseWallet' in node ? node.houseWallet : null;
  if (!wallet) throw new Error('there is no house wallet');
  return wallet;
};

describe('A top-up by a link, into a wallet at VsePlatezhi', () => {
  test('Its link is shown until it is paid; the report proves the money, and the books have it once.', async () => {
    const { id: walletId, phone } = await openedWallet(call);
    const input = topUpInput(walletId, '150.50');
    const { topUpCreate } = await call(CreateTopUpDocument, { input });
    expect(topUpCreate).toMatchObject({ __typename: 'TopUpCreateSuccess', replayed: false });
    const id = topUpCreate && 'payment' in topUpCreate ? topUpCreate.payment.id : '';
    const payload = await link(id);
    expect(payload).toContain('sum=15050');
    const shown = (await call(PaymentToPayDocument, { id })).payment;
    const left = Date.parse(shown?.expiresAt ?? '') - Date.now();
    expect(left).toBeGreaterThan(14 * 60_000);
    expect(left).toBeLessThan(17 * 60_000);
    expect(await figures(call, walletId)).toEqual({ posted: '0.00', pending: '0.00', upstream: '0.00' });

    // the person opens the page of the link and pays there
    const page = await fetch(payload);
    expect(page.status).toBe(200);
    const form = new URLSearchParams({ bank: '100000000999', decision: 'pay' });
    expect((await fetch(payload, { method: 'POST', body: form })).status).toBe(200);
    const done = await until(id, 'COMPLETED');
    expect(done).toMatchObject({ kind: 'TOP_UP', amount: { amount: '150.50' }, fee: { amount: '0.00' } });
    expect(done.timeline.map(({ to, source }) => [to, source])).toEqual([
      ['CREATED', 'API'],
      ['PROCESSING', 'API'],
      ['COMPLETED', 'POLL'],
    ]);
    expect(done.attempts[0]?.operations.slice(0, 2)).toEqual(['account.refill', 'account.report']);
    expect((await call(PaymentToPayDocument, { id })).payment?.nextAction).toBeNull();
    expect(await figures(call, walletId)).toEqual({ posted: '150.50', pending: '0.00', upstream: '150.50' });

    expect(await reconciled(walletId)).toMatchObject({ matched: 1, breaks: [] });
    expect(await prisma.payment.count({ where: { destinationWalletId: walletId } })).toBe(1);
    expect((await call(CreateTopUpDocument, { input })).topUpCreate).toMatchObject({ replayed: true, payment: { id } });
    expect(lines({ phone })).toMatchObject([{ type: 'CREDIT' }]);
    await booksAreRight();
  });

  test('Two of one amount take a line each, whichever link is paid first.', async () => {
    const { id: walletId } = await openedWallet(call);
    const ids = [await topUp(walletId, '100'), await topUp(walletId, '100')];
    const [first = '', second = ''] = [await link(ids[0] ?? ''), await link(ids[1] ?? '')];
    const paid = () => prisma.payment.count({ where: { id: { in: ids }, status: 'COMPLETED' } });
    pay(second);
    await expect.poll(paid, { timeout: 20_000 }).toBe(1);
    expect(await figures(call, walletId)).toEqual({ posted: '100.00', pending: '0.00', upstream: '100.00' });
    pay(first);
    await expect.poll(paid, { timeout: 20_000 }).toBe(2);
    const rows = await prisma.payment.findMany({ where: { id: { in: ids } } });
    const proofs = rows.map(({ historyReference }) => historyReference);
    expect(proofs).not.toContain(null);
    expect(new Set(proofs).size).toBe(2);
    expect(await reconciled(walletId)).toMatchObject({ matched: 2, breaks: [] });
    expect(await figures(call, walletId)).toEqual({ posted: '200.00', pending: '0.00', upstream: '200.00' });
    await booksAreRight();
  });

  test('A link that nobody pays runs out; money that comes late still is that top-up’s.', async () => {
    const { id: walletId } = await openedWallet(call);
    const id = await topUp(walletId, '75');
    const payload = await link(id);
    expect((await runOut(id)).timeline.at(-1)).toMatchObject({ to: 'EXPIRED', source: 'SYSTEM' });
    expect((await call(PaymentToPayDocument, { id })).payment?.nextAction).toBeNull();
    expect(await figures(call, walletId)).toEqual({ posted: '0.00', pending: '0.00', upstream: '0.00' });
    pay(payload);
    expect(await reconciled(walletId)).toMatchObject({ matched: 1, breaks: [] });
    expect((await details(id)).timeline.map(({ to }) => to).slice(-2)).toEqual(['EXPIRED', 'COMPLETED']);
    expect(await prisma.payment.count({ where: { destinationWalletId: walletId } })).toBe(1);
    expect(await figures(call, walletId)).toEqual({ posted: '75.00', pending: '0.00', upstream: '75.00' });
    await booksAreRight();
  });

  test('A link whose answer was lost is never made again: the top-up runs out, and nobody has paid.', async () => {
    const { id: walletId, phone } = await openedWallet(call);
    const asked = theirs.asked('account.refill');
    theirs.sandbox.control.fault({
      provider: 'vseplatezhi',
      operation: 'account.refill',
      kind: 'close',
      when: 'after',
    });
    const id = await topUp(walletId, '60');
    expect((await call(PaymentToPayDocument, { id })).payment).toMatchObject({
      status: 'PROCESSING',
      nextAction: null,
    });
    await runOut(id);
    expect(theirs.asked('account.refill')).toBe(asked + 1);
    expect(lines({ phone })).toEqual([]);
    expect(await figures(call, walletId)).toEqual({ posted: '0.00', pending: '0.00', upstream: '0.00' });
    await booksAreRight();
  });

  test('What cannot be is refused by name, and nothing moves.', async () => {
    const { id: walletId, phone } = await openedWallet(call);
    const about = [walletId, '10'] as const;
    const nowhere = [
      { cardId: 'crd_00000000000000000000000000', answer: invalid('input.cardId') },
      { saveCard: true, answer: invalid('input.saveCard') },
      { amount: { amount: '0', currency: 'RUB' }, answer: invalid('input.amount.amount') },
      { amount: { amount: '10', currency: 'USD' }, answer: invalid('input.amount.currency') },
      { walletId: 'wlt_00000000000000000000000000', answer: notFound },
      { method: 'CARD', answer: { __typename: 'NotSupportedError' } },
      { provider: 'QIWI', answer: { __typename: 'NotSupportedError' } },
    ];
    for (const { answer, ...extra } of nowhere)
      expect(await booksStay(gateway, () => refused(topUpInput(...about, extra)))).toMatchObject(answer);
    expect(lines({ phone })).toEqual([]);
    // an elementary wallet holds 15,000 rubles at most
    const over = await refused(topUpInput(walletId, '15000.01'));
    expect(over).toMatchObject({ __typename: 'LimitExceededError', code: 'LIMIT_EXCEEDED' });
    theirs.act('wallet.close', { wallet: phone.replace('+7', '') });
    const closed = await refused(topUpInput(...about));
    expect(closed).toMatchObject({
      __typename: 'ProviderRejectedError',
      providerCode: 'WALLET_CLOSED',
      remedy: 'NONE',
    });
    expect(lines({ phone })).toEqual([]);
    await booksAreRight();
  });
});

describe('A top-up by a link, into a LOCAL wallet', () => {
  const posted = async (id: string) => (await figures(call, id)).posted;

  test('The money comes into the house wallet, and is the customer’s; of an amount one is waited for at a time.', async () => {
    const [one, other] = [await openWalletOf(call, newPhone()), await openWalletOf(call, newPhone())];
    const { id: houseId, balances } = await houseWallet();
    expect(balances).toMatchObject([{ posted: { amount: '1000000.00' } }]);
    const id = await topUp(one, '500.01');
    const payload = await link(id);

    const input = topUpInput(other, '500.01');
    const twin = await refusal(call(CreateTopUpDocument, { input }));
    expect(twin).toMatchObject(paymentState('CREATED', ['CREATED']));
    const waiting = await prisma.payment.findFirstOrThrow({ where: { destinationWalletId: other } });
    const more = await topUp(other, '500.02');

    pay(payload);
    await until(id, 'COMPLETED');
    expect([await posted(one), await posted(other)]).toEqual(['500.01', '0.00']);
    // now money of that amount can be nobody else's
    expect((await call(ConfirmPaymentDocument, { paymentId: waiting.id })).paymentConfirm).toMatchObject({
      __typename: 'PaymentConfirmSuccess',
    });
    pay(await link(waiting.id));
    await until(waiting.id, 'COMPLETED');
    pay(await link(more));
    await until(more, 'COMPLETED');
    expect([await posted(one), await posted(other)]).toEqual(['500.01', '1000.03']);
    expect(await reconciled(houseId)).toMatchObject({ matched: 3, breaks: [] });
    expect((await houseWallet()).balances).toMatchObject([
      { posted: { amount: '1001500.04' }, upstream: { amount: '1001500.04' } },
    ]);
    expect(lines(house).map(({ type }) => type)).toEqual(['CREDIT', 'CREDIT', 'CREDIT']);
    await booksAreRight();
  });

  test('One that has run out keeps its amount for a while: late money is its own, and nobody else’s.', async () => {
    const [one, other] = [await openWalletOf(call, newPhone()), await openWalletOf(call, newPhone())];
    const id = await topUp(one, '700');
    const payload = await link(id);
    await runOut(id);
    expect(await refused(topUpInput(other, '700'))).toMatchObject(paymentState('CREATED', ['CREATED']));
    pay(payload);
    // it is asked about for a while yet, whether anybody follows the house wallet or not
    await askNow(id);
    expect((await until(id, 'COMPLETED')).timeline.at(-1)?.source).toBe('POLL');
    expect([await posted(one), await posted(other)]).toEqual(['700.00', '0.00']);
    await booksAreRight();
  });

  test('Money that comes to the house wallet by itself is nobody’s.', async () => {
    const one = await openWalletOf(call, newPhone());
    const id = await topUp(one, '800');
    theirs.act('deposit', { wallet: house.walletId, amount: 799 });
    const { id: houseId } = await houseWallet();
    await reconciled(houseId);
    expect((await details(id)).status).toBe('PROCESSING');
    expect(await posted(one)).toBe('0.00');
    const learned = await prisma.payment.findFirstOrThrow({
      where: { origin: 'PROVIDER', destinationWalletId: houseId },
    });
    expect(learned).toMatchObject({ kind: 'TOP_UP', status: 'COMPLETED', amountMinor: 79_900n });
    await booksAreRight();
  });
});
