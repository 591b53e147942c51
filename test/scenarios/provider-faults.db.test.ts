import { expect, test } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreatePayoutDocument,
  CreateTopUpDocument,
  CreateTransferDocument,
  OpenWalletDocument,
} from '../../schema/operations.ts';
import { resolveUpstream } from '../../src/domain/payment/execute-upstream.ts';
import { handleReceipt } from '../../src/domain/webhook/handle-receipt.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { startTestApp } from '../support/app.ts';
import { done, newPhone, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';
import { run } from '../support/operations.ts';
import { fundedWalletOf, openWalletOf } from '../support/wallets.ts';

/** A clock that stands still until it is moved. */
let now = new Date();
const clock = { now: () => now };
const move = (ms: number) => {
  now = new Date(now.getTime() + ms);
};

const gateway = await startTestApp({ clock });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const mbank = await startMbank(gateway, partnerId);
const { prisma } = gateway.deps.db;

/** What can happen to a write, as the sandbox is told. `effect`: has the provider acted all the same? */
const faults = {
  'reset before the provider acted': { fault: { kind: 'close', when: 'before' }, effect: false },
  'the answer is lost after it acted': { fault: { kind: 'close', when: 'after' }, effect: true },
  'a 500 before it acted': { fault: { kind: 'status', status: 500, when: 'before' }, effect: false },
  'a 500 after it acted': { fault: { kind: 'status', status: 500, when: 'after' }, effect: true },
  'garbage after it acted': { fault: { kind: 'garbage', when: 'after' }, effect: true },
} as const;

const arm = (operation: string, fault: object) =>
  mbank.sandbox.control.fault({ provider: 'mbank', operation, times: 1, ...fault } as never);

/** Circuits open after failures in a row; each case begins with closed ones. */
async function freshCircuits(): Promise<void> {
  mbank.sandbox.control.clearFaults('mbank');
  move(60_000);
}

/** Asks until the payment has ended, with time passing as the resolver would let it. */
async function resolve(paymentId: string): Promise<string> {
  for (let round = 1; round <= 10; round += 1) {
    move(31_000);
    const { payment, lookAgainAt } = await resolveUpstream(gateway.deps, paymentId, round);
    if (!lookAgainAt) return payment.status;
  }
  throw new Error('the payment did not end');
}

async function upstreamPayments(paymentId: string): Promise<number> {
  const attempts = await prisma.paymentAttempt.findMany({ where: { paymentId } });
  expect(attempts).toHaveLength(1);
  const { payments } = mbank.sandbox.control.act('mbank', 'payments', { clientId: attempts[0]?.clientId }) as {
    payments: unknown[];
  };
  return payments.length;
}

test.each(Object.entries(faults))(
  'A payout whose creation meets this: %s. The same key again makes one payment.',
  async (_title, { fault }) => {
    await freshCircuits();
    const fromWalletId = await fundedWalletOf(call, newPhone(), '300');
    const input = {
      idempotencyKey: unique('payout'),
      fromWalletId,
      amount: rub('100'),
      destination: { phone: '+79261111111' },
    };
    arm('payments.create.out', fault);
    expect((await call(CreatePayoutDocument, { input })).payoutCreate).toMatchObject({
      __typename: 'ProviderUnavailableError',
    });
    const again = done((await call(CreatePayoutDocument, { input })).payoutCreate, 'PayoutCreateSuccess');
    expect(again.payment).toMatchObject({ status: 'CREATED', fee: { amount: '3.00' } });
    expect(await upstreamPayments(again.payment.id)).toBe(1);
    expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
  },
);

test.each(Object.entries(faults))(
  'A payout whose confirmation meets this: %s. It is held, then resolved to the truth, once.',
  async (_title, { fault }) => {
    await freshCircuits();
    const fromWalletId = await fundedWalletOf(call, newPhone(), '300');
    const input = {
      idempotencyKey: unique('payout'),
      fromWalletId,
      amount: rub('100'),
      destination: { phone: '+79261111111' },
    };
    const { payment } = done((await call(CreatePayoutDocument, { input })).payoutCreate, 'PayoutCreateSuccess');
    arm('payments.pay', fault);
    const confirmed = done(
      (await call(ConfirmPaymentDocument, { paymentId: payment.id })).paymentConfirm,
      'PaymentConfirmSuccess',
    );
    expect(confirmed.payment.status).toBe('PROCESSING');
    const [held] = await prisma.hold.findMany({ where: { paymentId: payment.id } });
    expect(held).toMatchObject({ remainingMinor: 10_300n, state: 'OPEN' });
    expect(await resolve(payment.id)).toBe('COMPLETED');
    expect(await upstreamPayments(payment.id)).toBe(1);
    const entries = await prisma.journalEntry.findMany({ where: { paymentId: payment.id }, orderBy: { seq: 'asc' } });
    expect(entries.map(({ code }) => code)).toEqual(['PAYOUT_HELD', 'PAYOUT_COMPLETED']);
    expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
  },
);

test('Notifications that come late, twice and out of order, beside polls, complete a top-up once.', async () => {
  await freshCircuits();
  const walletId = await openWalletOf(call, newPhone());
  const input = {
    idempotencyKey: unique('top-up'),
    walletId,
    amount: rub('100'),
    method: 'CARD' as const,
    confirm: true,
  };
  mbank.sandbox.control.withholdWebhooks('mbank');
  const { payment } = done((await call(CreateTopUpDocument, { input })).topUpCreate, 'TopUpCreateSuccess');
  const reference = await mbank.referenceOf(payment.id);
  mbank.act('page', { payment: reference, result: 'approve' });
  expect((await resolveUpstream(gateway.deps, payment.id, 1)).payment.status).toBe('COMPLETED');
  mbank.act('payment.undo', { id: reference });
  mbank.act('payment.redo', { id: reference });
  mbank.sandbox.control.duplicateWebhook('mbank');
  mbank.sandbox.control.releaseWebhooks('mbank', 'reverse');
  await mbank.sandbox.control.idle();
  const receipts = await prisma.webhookReceipt.findMany({ where: { providerAccountId: mbank.account.id } });
  for (const { providerAccountId, dedupeKey } of receipts)
    await handleReceipt(gateway.deps, { providerAccountId, dedupeKey });
  const after = await prisma.payment.findUniqueOrThrow({ where: { id: payment.id } });
  expect(after.status).toBe('COMPLETED');
  const wallet = await prisma.ledgerAccount.findFirstOrThrow({ where: { walletId } });
  expect(wallet.postedCredits - wallet.postedDebits).toBe(10_000n);
  expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
});

test('A forged notification, one without a body and one for nobody are refused, counted, and move nothing.', async () => {
  const post = (path: string, body: string) =>
    gateway.fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  const door = `/webhooks/mbank/${mbank.account.id}`;
  const before = await prisma.webhookReceipt.count();
  expect((await post(`${door}?app_id=42&access_token=wrong`, '{}')).status).toBe(401);
  expect((await post(door, '')).status).toBe(401);
  expect((await post('/webhooks/mbank/pac_01h2xcejqtf2nbrexx3vqjhp41', '{}')).status).toBe(404);
  expect((await post('/webhooks/nobody', '{}')).status).toBe(404);
  expect(await prisma.webhookReceipt.count()).toBe(before);
  expect(await (await gateway.fetch('/metrics')).text()).toContain(
    'koshel_webhooks_received_total{provider="mbank",verdict="forged"} 2',
  );
});

test('A payout that was refused, and then is proven after all, is booked; so is one whose wallet has nothing left.', async () => {
  await freshCircuits();
  mbank.act('settings', { execution: 'pending' });
  const fromWalletId = await fundedWalletOf(call, newPhone(), '103');
  const input = {
    idempotencyKey: unique('payout'),
    fromWalletId,
    amount: rub('100'),
    destination: { phone: '+79261111111' },
    confirm: true,
  };
  const { payment } = done((await call(CreatePayoutDocument, { input })).payoutCreate, 'PayoutCreateSuccess');
  const id = await mbank.referenceOf(payment.id);
  mbank.act('payment.complete', { id });
  mbank.act('payment.undo', { id });
  await mbank.sandbox.control.idle();
  await expect
    .poll(async () => (await prisma.payment.findUniqueOrThrow({ where: { id: payment.id } })).status, {
      timeout: 15_000,
    })
    .toMatch(/DECLINED|REVERSED/);
  mbank.act('payment.redo', { id });
  await mbank.sandbox.control.idle();
  await expect
    .poll(async () => (await prisma.payment.findUniqueOrThrow({ where: { id: payment.id } })).status, {
      timeout: 15_000,
    })
    .toBe('COMPLETED');
  const wallet = await prisma.ledgerAccount.findFirstOrThrow({ where: { walletId: fromWalletId } });
  expect(wallet.postedCredits - wallet.postedDebits).toBe(0n);
  expect(wallet.pendingDebits).toBe(0n);
  expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
});

test('A top-up that is undone after its money was spent leaves the customer owing it, in suspense, and the redo settles that.', async () => {
  await freshCircuits();
  mbank.act('settings', { execution: 'complete' });
  const [walletId, other] = [await openWalletOf(call, newPhone()), await openWalletOf(call, newPhone())];
  const top = {
    idempotencyKey: unique('top-up'),
    walletId,
    amount: rub('100'),
    method: 'CARD' as const,
    confirm: true,
  };
  const { payment } = done((await call(CreateTopUpDocument, { input: top })).topUpCreate, 'TopUpCreateSuccess');
  const id = await mbank.referenceOf(payment.id);
  mbank.act('page', { payment: id, result: 'approve' });
  const status = async () => (await prisma.payment.findUniqueOrThrow({ where: { id: payment.id } })).status;
  await expect.poll(status, { timeout: 15_000 }).toBe('COMPLETED');
  const spend = {
    idempotencyKey: unique('spend'),
    fromWalletId: walletId,
    amount: rub('70'),
    to: { walletId: other },
    confirm: true,
  };
  done((await call(CreateTransferDocument, { input: spend })).transferCreate, 'TransferCreateSuccess');

  mbank.act('payment.undo', { id });
  await expect.poll(status, { timeout: 15_000 }).toBe('REVERSED');
  const owed = async () => {
    const account = await prisma.ledgerAccount.findFirstOrThrow({ where: { code: `suspense:${partnerId}:RUB` } });
    return account.postedDebits - account.postedCredits;
  };
  expect(await owed()).toBe(7_000n);
  mbank.act('payment.redo', { id });
  await expect.poll(status, { timeout: 15_000 }).toBe('COMPLETED');
  expect(await owed()).toBe(0n);
  expect((await verifyLedger(gateway.deps.db)).ok).toBe(true);
});

test('The sum of card top-ups under way and of what is there stays below what a wallet may hold.', async () => {
  await freshCircuits();
  mbank.act('settings', { execution: 'complete' });
  const open = {
    idempotencyKey: unique('wallet'),
    phone: newPhone(),
    currency: 'RUB',
    identification: 'NONE' as const,
  };
  const walletId = done((await call(OpenWalletDocument, { input: open })).walletOpen, 'WalletOpenSuccess').wallet.id;
  const top = (amount: string) => ({
    idempotencyKey: unique('top-up'),
    walletId,
    amount: rub(amount),
    method: 'CARD' as const,
    confirm: true,
  });
  done((await call(CreateTopUpDocument, { input: top('10000') })).topUpCreate, 'TopUpCreateSuccess');
  const before = await prisma.payment.count();
  expect((await call(CreateTopUpDocument, { input: top('5000.01') })).topUpCreate).toMatchObject({
    __typename: 'LimitExceededError',
    limit: { kind: 'BALANCE', window: 'STANDING', remaining: { amount: '5000.00' } },
  });
  expect(await prisma.payment.count()).toBe(before);
});
