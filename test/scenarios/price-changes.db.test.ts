import { describe, expect, test } from 'vitest';
import { CreatePayoutDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { refusal, rub } from '../support/builders.ts';
import { PATIENCE } from '../support/call-faults.ts';
import { codes, megafon, refuseAt, shopWithTwo } from '../support/failover.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ patience: PATIENCE });

describe('A price is never raised in silence', () => {
  const confirmed = async (shop: Awaited<ReturnType<typeof shopWithTwo>>, paymentId: string, maxFee?: string) => {
    const { data, errors } = await gateway.query<{ paymentConfirm: Record<string, unknown> }>(
      shop.apiKey,
      `mutation ($input: PaymentConfirmInput!) { paymentConfirm(input: $input) { __typename
        ... on PriceChangedError { code fee { amount } total { amount } previousTotal { amount } } } }`,
      { input: { paymentId, ...(maxFee === undefined ? {} : { maxFee: rub(maxFee) }) } },
    );
    if (!data) throw new Error(JSON.stringify(errors));
    return data.paymentConfirm;
  };
  const changed = (fee: string, total: string, previous: string) => ({
    __typename: 'PriceChangedError',
    code: 'PRICE_CHANGED',
    fee: { amount: fee },
    total: { amount: total },
    previousTotal: { amount: previous },
  });
  const success = { __typename: 'PaymentConfirmSuccess' };

  test('when the provider has changed it since it was told: confirming again agrees.', async () => {
    const shop = await shopWithTwo(gateway);
    const { id } = await shop.created(megafon);
    shop.qiwi.act('service.rate', { id: 3, fix: '2' });
    const before = await shop.books();
    expect(await confirmed(shop, id)).toEqual(changed('2.00', '102.00', '100.00'));
    expect(await shop.books()).toEqual(before);
    expect(await shop.tried(id)).toMatchObject({ status: 'CREATED', fee: { amount: '2.00' } });
    expect(await confirmed(shop, id)).toEqual(success);
    expect(codes(await shop.ends(id, 'COMPLETED'))).toEqual([['QIWI', 'ACCEPTED']]);
    expect(await shop.books()).toEqual({ wallet: '-89800', mbank: '0', qiwi: '-10200', held: 0n });
  });

  test('when its provider is down at the confirmation and the next one is dearer.', async () => {
    const shop = await shopWithTwo(gateway);
    const { id } = await shop.created(megafon);
    await shop.qiwi.sandbox.close();
    expect(await confirmed(shop, id)).toEqual(changed('3.00', '103.00', '100.00'));
    expect(codes(await shop.tried(id))).toEqual([
      ['QIWI', 'REJECTED'],
      ['MBANK', 'ACCEPTED'],
    ]);
    expect(await shop.books()).toEqual({ wallet: '-100000', mbank: '0', qiwi: '0', held: 0n });
    expect(await confirmed(shop, id)).toEqual(success);
    expect((await shop.ends(id, 'COMPLETED')).fee.amount).toBe('3.00');
    expect(await shop.books()).toEqual({ wallet: '-89700', mbank: '-10300', qiwi: '0', held: 0n });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('but what was agreed to beforehand may be charged: by another provider, after a refusal.', async () => {
    const shop = await shopWithTwo(gateway);
    const { id } = await shop.created(megafon);
    refuseAt(shop.qiwi, 'qiwi', 'PAY-7');
    expect(await confirmed(shop, id, '3.00')).toEqual(success);
    const payment = await shop.ends(id, 'COMPLETED');
    expect(codes(payment)).toEqual([
      ['QIWI', 'REJECTED'],
      ['MBANK', 'ACCEPTED'],
    ]);
    expect(payment.fee.amount).toBe('3.00');
    expect(await shop.books()).toEqual({ wallet: '-89700', mbank: '-10300', qiwi: '0', held: 0n });
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('and what the wallet does not have is not charged: the payment is declined.', async () => {
    const shop = await shopWithTwo(gateway);
    const { id } = await shop.created(megafon, { amount: rub('990') });
    refuseAt(shop.qiwi, 'qiwi', 'PAY-7');
    expect((await confirmed(shop, id, '100.00'))['__typename']).toBe('ProviderRejectedError');
    expect(codes(await shop.ends(id, 'DECLINED'))).toEqual([['QIWI', 'REJECTED']]);
    expect(await shop.books()).toEqual({ wallet: '-100000', mbank: '0', qiwi: '0', held: 0n });
  });

  test('when it is confirmed at once: what costs more than the highest fee waits for a confirmation of its own.', async () => {
    const { call, input, walletId } = await shopWithTwo(gateway);
    const asked = input(megafon, { provider: 'MBANK', confirm: true, maxFee: rub('2.99') });
    expect((await refusal(call(CreatePayoutDocument, { input: asked }))).code).toBe('PRICE_CHANGED');
    const row = await gateway.deps.db.prisma.payment.findFirstOrThrow({ where: { sourceWalletId: walletId } });
    expect(row).toMatchObject({ status: 'CREATED', feeMinor: 300n });
    const wrong = input(megafon, { confirm: true, maxFee: { amount: '1', currency: 'USD' } });
    expect((await refusal(call(CreatePayoutDocument, { input: wrong }))).issues?.[0]?.path.join('.')).toBe(
      'input.maxFee.currency',
    );
  });
});
