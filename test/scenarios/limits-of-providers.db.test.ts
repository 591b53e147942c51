import { describe, expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreatePayoutDocument,
  CreateTransferDocument,
  QuotePaymentDocument,
} from '../../schema/operations.ts';
import { house } from '../../src/sandbox/qiwi/seed.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, rub, unique } from '../support/builders.ts';
import { codes, megafon, shopWithTwo } from '../support/failover.ts';
import { linkQiwi } from '../support/qiwi.ts';
import { breaksInTheBooks, snapshotOfBooks } from '../support/snapshot.ts';

const gateway = await startTestApp();

interface Exceeded {
  __typename: string;
  message: string;
  limit: { kind: string; window: string; source: { code: string }; max: { amount: string }; remaining: object | null };
}

async function confirmed(apiKey: string, paymentId: string): Promise<Exceeded> {
  const { data } = await gateway.query<{ paymentConfirm: Exceeded }>(
    apiKey,
    `mutation ($id: ID!) { paymentConfirm(input: { paymentId: $id }) { __typename ... on LimitExceededError { message
      limit { kind window source { code } max { amount } remaining { amount } } } } }`,
    { id: paymentId },
  );
  if (!data) throw new Error('no answer');
  return data.paymentConfirm;
}

const quoted = async ({ call, walletId }: Awaited<ReturnType<typeof shopWithTwo>>, amount: string) =>
  (await call(QuotePaymentDocument, { input: { walletId, amount: rub(amount), destination: { phone: megafon } } }))
    .paymentQuote?.routes;

describe('A way whose provider is at its limit', () => {
  test('is listed with that reason, and is not taken.', async () => {
    const shop = await shopWithTwo(gateway);
    shop.qiwi.act('wallet.limits', { wallet: house.personId, max: { TURNOVER: '99' } });
    expect(await quoted(shop, '100')).toMatchObject([
      { provider: { code: 'MBANK' }, available: true },
      { provider: { code: 'QIWI' }, available: false, reason: 'A limit of the provider stands in the way: Turnover.' },
    ]);
    const { id } = await shop.created(megafon, { confirm: true });
    expect(codes(await shop.ends(id, 'COMPLETED'))).toEqual([['MBANK', 'ACCEPTED']]);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('is not taken even if it is the only one that works: nothing is created or sent.', async () => {
    const shop = await shopWithTwo(gateway);
    shop.qiwi.act('wallet.limits', { wallet: house.personId, max: { TURNOVER: '99' } });
    await shop.mbank.sandbox.close();
    const before = await snapshotOfBooks(gateway.deps.db);
    const refused = await refusal(shop.call(CreatePayoutDocument, { input: shop.input(megafon, { confirm: true }) }));
    expect(refused.__typename).toBe('LimitExceededError');
    expect(await snapshotOfBooks(gateway.deps.db)).toEqual(before);
  });

  test('is refused at the confirmation when it got there since: how much is used is the partner’s business.', async () => {
    const shop = await shopWithTwo(gateway);
    const { id } = await shop.created(megafon, { provider: 'QIWI' });
    shop.qiwi.act('wallet.limits', { wallet: house.personId, max: { TURNOVER: '99' } });
    const before = await snapshotOfBooks(gateway.deps.db);
    expect(await confirmed(shop.apiKey, id)).toEqual({
      __typename: 'LimitExceededError',
      message: 'A limit of the provider stands in the way: Turnover.',
      limit: { kind: 'TURNOVER', window: 'MONTH', source: { code: 'QIWI' }, max: { amount: '99.00' }, remaining: null },
    });
    expect(await snapshotOfBooks(gateway.deps.db)).toEqual(before);
  });
});

test('A quote names the limit here that stands in the way, on every way.', async () => {
  const shop = await shopWithTwo(gateway);
  await gateway.deps.db.prisma.walletLimit.create({
    data: {
      walletId: shop.walletId,
      kind: 'PAYOUT',
      window: 'ONE_TIME',
      currency: 'RUB',
      maxMinor: 5_000n,
      enabled: true,
    },
  });
  const over = await quoted(shop, '100');
  const reason = expect.stringContaining('The PAYOUT limit (ONE_TIME)');
  expect(over?.map(({ available, reason: why }) => [available, why])).toEqual([
    [false, reason],
    [false, reason],
  ]);
});

test('Of many payments that a provider’s limit admits one of, one is confirmed, and no other is sent.', async () => {
  const { apiKey, call, qiwi, mbank } = await shopWithTwo(gateway);
  await mbank.sandbox.close();
  const [from, to] = [qiwi.wallet(1_000), qiwi.wallet()];
  const walletId = await linkQiwi(call, qiwi, from);
  const create = async () => {
    const input = {
      idempotencyKey: unique('transfer'),
      fromWalletId: walletId,
      amount: rub('100'),
      to: { phone: `+${to.number}` },
    };
    return done((await call(CreateTransferDocument, { input })).transferCreate, 'TransferCreateSuccess').payment.id;
  };
  const ids: string[] = [];
  for (let n = 0; n < 6; n += 1) ids.push(await create());
  qiwi.act('wallet.limits', { wallet: from.number, max: { PAYMENTS_P2P: '199' } });
  const answers = await Promise.all(ids.map((id) => confirmed(apiKey, id)));
  const names = answers.map(({ __typename }) => __typename).sort();
  expect(names.filter((name) => name === 'PaymentConfirmSuccess')).toHaveLength(1);
  expect(names.filter((name) => name === 'LimitExceededError')).toHaveLength(5);
  const over = answers.find(({ __typename }) => __typename === 'LimitExceededError');
  expect(over?.limit).toMatchObject({ kind: 'TRANSFER', window: 'MONTH', source: { code: 'QIWI' } });
  const sent = gateway.logged.filter((line) => line.includes('"operation":"PAY-4"'));
  expect(sent).toHaveLength(1);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('Of a limit here and one of the provider the tighter is named.', async () => {
  const { apiKey, call, qiwi } = await shopWithTwo(gateway);
  const from = qiwi.wallet(9_000_000);
  const walletId = await linkQiwi(call, qiwi, from);
  const input = {
    idempotencyKey: unique('payout'),
    fromWalletId: walletId,
    amount: rub('100'),
    destination: { phone: megafon },
  };
  const { id } = done((await call(CreatePayoutDocument, { input })).payoutCreate, 'PayoutCreateSuccess').payment;
  await gateway.deps.db.prisma.walletLimit.create({
    data: { walletId, kind: 'PAYOUT', window: 'DAY', currency: 'RUB', maxMinor: 5_000n, enabled: true },
  });
  qiwi.act('wallet.limits', { wallet: from.number, max: { TURNOVER: '70' } });
  expect((await confirmed(apiKey, id)).limit).toMatchObject({
    kind: 'PAYOUT',
    window: 'DAY',
    source: { code: 'LOCAL' },
  });
  qiwi.act('wallet.limits', { wallet: from.number, max: { TURNOVER: '20' } });
  expect((await confirmed(apiKey, id)).limit).toMatchObject({
    kind: 'TURNOVER',
    source: { code: 'QIWI' },
    remaining: { amount: '20.00' },
  });
  qiwi.act('wallet.limits', { wallet: from.number, max: { TURNOVER: '1000' } });
  await gateway.deps.db.prisma.walletLimit.deleteMany({ where: { walletId } });
  expect((await call(ConfirmPaymentDocument, { paymentId: id })).paymentConfirm?.__typename).toBe(
    'PaymentConfirmSuccess',
  );
});
