import { describe, expect, test } from 'vitest';
import { ConfirmPaymentDocument, FindServicesDocument, ProviderBalanceDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone } from '../support/builders.ts';
import { type CallFault, PATIENCE } from '../support/mbank-faults.ts';
import { run } from '../support/operations.ts';
import { freePort, linkQiwi, type QiwiWallet, startQiwi } from '../support/qiwi.ts';
import { askAfter, bankAccount, cardNumber, organisation, payer, payments } from '../support/qiwi-payments.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';
import { fundedWalletOf } from '../support/wallets.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const qiwi = await startQiwi(gateway, partnerId);
const { details, payout, transfer, until } = payments(gateway, apiKey, call);

/** A wallet that pays, and one that may receive. */
interface Pair {
  from: string;
  to: string;
  at: QiwiWallet;
}
async function pair(): Promise<Pair> {
  const at = qiwi.wallet(10_000);
  qiwi.act('wallet.balance', { wallet: at.number, currency: 840, amount: 0 });
  qiwi.act('wallet.balance', { wallet: at.number, currency: 398, amount: 10_000 });
  return { at, from: await linkQiwi(call, qiwi, at), to: await linkQiwi(call, qiwi, qiwi.wallet(0)) };
}

const writes: [
  operation: string,
  what: string,
  charge: string,
  create: (of: Pair) => Promise<{ id: string }>,
  currency?: string,
][] = [
  ['PAY-4', 'transfer', '100.00', ({ from, to }) => transfer(from, { walletId: to }, '100')],
  ['PAY-7', 'payout to a phone', '100.00', ({ from }) => payout(from, { phone: '+79161234567' }, '100')],
  [
    'PAY-10',
    'payout to a card',
    '152.00',
    ({ from }) => payout(from, { card: { number: cardNumber('427638') } }, '100'),
  ],
  [
    'PAY-11',
    'payout to a foreign card',
    '152.00',
    ({ from }) =>
      payout(
        from,
        { card: { number: cardNumber('453201'), country: 'DE', holder: { firstName: 'Anna', lastName: 'Schmidt' } } },
        '100',
        { payer: { ...payer, address: 'Тверская 1', city: 'Москва', country: 'RU' } },
      ),
  ],
  [
    'PAY-14',
    'payout to a card by its bank’s service',
    '150.00',
    ({ from }) =>
      payout(from, { card: { number: cardNumber('220012'), bankId: '464', expiryMonth: 4, expiryYear: 2029 } }, '100'),
  ],
  [
    'PAY-13',
    'payout to a card of Kazakhstan',
    '1070.00',
    ({ from }) =>
      payout(from, { card: { number: cardNumber('440043'), country: 'KZ' } }, '1', {
        amount: { amount: '1000', currency: 'KZT' },
      }),
    'KZT',
  ],
  [
    'PAY-16',
    'payout to a service',
    '101.00',
    async ({ from }) => {
      const { services } = await call(FindServicesDocument, { provider: 'QIWI', search: 'Билайн' });
      const serviceId = services.edges.find(({ node }) => node.providerReference === '491')?.node.id ?? '';
      return payout(from, { service: { serviceId, parameters: [{ id: 'account', value: '012345678901' }] } }, '100');
    },
  ],
  ['PAY-15', 'payout to an account', '150.00', ({ from }) => payout(from, { bankAccount }, '100')],
  ['PAY-17', 'payout to a company', '150.00', ({ from }) => payout(from, { organisation }, '100', { payer })],
  [
    'PAY-5',
    'conversion',
    '755.11',
    ({ from, at }) =>
      transfer(from, { phone: `+${at.number}` }, '10', {
        amount: { amount: '10', currency: 'USD' },
        fromCurrency: 'RUB',
      }),
  ],
];

const faults: [title: string, fault: CallFault, acted: boolean][] = [
  ['is not answered in time', { kind: 'hold', when: 'after' }, true],
  ['is reset before QIWI acted', { kind: 'close', when: 'before' }, false],
  ['is reset after QIWI acted', { kind: 'close', when: 'after' }, true],
  ['is answered by 500 before QIWI acted', { kind: 'status', status: 500, when: 'before' }, false],
  ['is answered by 500 after QIWI acted', { kind: 'status', status: 500, when: 'after' }, true],
  ['is answered by garbage', { kind: 'garbage', when: 'after' }, true],
];

const figuresOf = async (id: string, wanted: string) => {
  const balances = (await call(ProviderBalanceDocument, { id })).wallet?.balances ?? [];
  const { posted, pending } = balances.find(({ currency }) => currency === wanted) ?? {};
  return [posted?.amount, pending?.amount];
};
const roubles = (id: string) => figuresOf(id, 'RUB');
const paid = (charge: string) => (10_000 - Number.parseFloat(charge)).toFixed(2);
const attemptOf = (paymentId: string) =>
  gateway.deps.db.prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId } });

const askedAfter = (paymentId: string, minutes: number) => askAfter(gateway, paymentId, minutes);

describe.each(writes)('%s (%s)', (operation, _what, charge, create, currency = 'RUB') => {
  const figures = (id: string) => figuresOf(id, currency);
  test.each(faults)('whose call %s: nothing is lost, nothing is paid twice.', async (_title, fault, acted) => {
    const both = await pair();
    const created = await create(both);
    qiwi.sandbox.control.fault({ provider: 'qiwi', operation, times: 1, ...fault });
    const { paymentConfirm } = await call(ConfirmPaymentDocument, { paymentId: created.id });
    expect(paymentConfirm).toMatchObject({ payment: { status: expect.stringMatching(/PROCESSING|COMPLETED/) } });
    qiwi.sandbox.control.clearFaults();
    const { clientId } = await attemptOf(created.id);
    if (!acted) {
      // the history proves, ten minutes later, that nothing has come of it
      const { payments: none } = qiwi.act('payments', { clientId }) as { payments: unknown[] };
      expect(none).toEqual([]);
      expect((await figures(both.from))[0]).toBe('10000.00');
      expect((await figures(both.from))[1]).not.toBe('0.00');
      if (operation === 'PAY-7') {
        await askedAfter(created.id, 1);
        expect((await details(created.id)).status).toBe('PROCESSING');
        expect(await figures(both.from)).toEqual(['10000.00', charge]);
      }
      await askedAfter(created.id, 10);
      await until(created.id, 'DECLINED');
      expect(await figures(both.from)).toEqual(['10000.00', '0.00']);
    } else {
      await until(created.id, 'COMPLETED');
      expect(await figures(both.from)).toEqual([paid(charge), '0.00']);
      const { payments: lines } = qiwi.act('payments', { clientId }) as { payments: { status: string }[] };
      expect(lines).toMatchObject([{ status: 'SUCCESS' }]);
      if (operation === 'PAY-4') expect(await figures(both.to)).toEqual(['100.00', '0.00']);
    }
    expect(await gateway.deps.db.prisma.payment.count({ where: { sourceWalletId: both.from } })).toBe(1);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});

test('An id that was used at QIWI already is no refusal: the history decides, and its second line is not ours.', async () => {
  const { from, at } = await pair();
  const created = await payout(from, { phone: '+79161234567' }, '100');
  const { clientId } = await attemptOf(created.id);
  await call(ConfirmPaymentDocument, { paymentId: created.id });
  await until(created.id, 'COMPLETED');
  const again = await qiwi.elsewhere(at, 'POST', '/sinap/api/v2/terms/1/payments', {
    id: clientId,
    sum: { amount: 100, currency: '643' },
    paymentMethod: { type: 'Account', accountId: '643' },
    fields: { account: '9161234567' },
  });
  expect(again.status).toBe(200);
  const { payments: lines } = qiwi.act('payments', { clientId }) as { payments: { status: string }[] };
  expect(lines.map(({ status }) => status).sort()).toEqual(['ERROR', 'SUCCESS']);
  const learned = () =>
    gateway.deps.db.prisma.payment.findMany({ where: { sourceWalletId: from }, orderBy: { id: 'asc' } });
  await expect.poll(async () => (await learned()).length, { timeout: 20_000 }).toBe(2);
  expect((await learned()).map(({ origin, status }) => [origin, status])).toEqual([
    ['API', 'COMPLETED'],
    ['PROVIDER', 'DECLINED'],
  ]);
  expect(await roubles(from)).toEqual(['9900.00', '0.00']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A notification that comes late, and twice, changes nothing.', async () => {
  const { from } = await pair();
  const created = await payout(from, { phone: '+79161234567' }, '100', { confirm: true });
  const { reference, timeline } = await until(created.id, 'COMPLETED');
  qiwi.act('payment.notify', { id: reference });
  qiwi.act('payment.notify', { id: reference });
  const receipts = () => gateway.deps.db.prisma.webhookReceipt.count({ where: { handledAt: null } });
  await expect.poll(receipts, { timeout: 20_000 }).toBe(0);
  expect((await until(created.id, 'COMPLETED')).timeline).toEqual(timeline);
  expect(await roubles(from)).toEqual(['9900.00', '0.00']);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A price that cannot be asked is no payment: the same key tries again.', async () => {
  const local = await fundedWalletOf(call, newPhone(), '1000');
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation: 'PAY-1', kind: 'status', status: 500, times: 20 });
  await expect(payout(local, { phone: '+79161234567' }, '100', { idempotencyKey: 'the-same' })).rejects.toThrow(
    'ProviderUnavailableError',
  );
  expect(await roubles(local)).toEqual(['1000.00', '0.00']);
  qiwi.sandbox.control.clearFaults();
  const again = await payout(local, { phone: '+79161234567' }, '100', { idempotencyKey: 'the-same' });
  expect(again).toMatchObject({ status: 'CREATED', fee: { amount: '0.00' } });
  expect(await gateway.deps.db.prisma.payment.count({ where: { sourceWalletId: local } })).toBe(1);
});

test('The history shows a payment two minutes late, and its answer is lost: it stays held, and is completed once it is shown.', async () => {
  const { from } = await pair();
  const created = await payout(from, { phone: '+79161234567' }, '100');
  qiwi.act('settings', { historyLagMs: 120_000 });
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation: 'PAY-7', times: 1, kind: 'close', when: 'after' });
  await call(ConfirmPaymentDocument, { paymentId: created.id });
  qiwi.act('settings', { historyLagMs: 0 });
  await askedAfter(created.id, 1);
  expect((await details(created.id)).status).toBe('PROCESSING');
  expect(await roubles(from)).toEqual(['10000.00', '100.00']);
  qiwi.sandbox.control.advance(120_000);
  await askedAfter(created.id, 1);
  await until(created.id, 'COMPLETED');
  expect(await roubles(from)).toEqual(['9900.00', '0.00']);
  expect(await gateway.deps.db.prisma.payment.count({ where: { sourceWalletId: from } })).toBe(1);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
