import { expect, test, vi } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreatePayoutDocument,
  CreateTransferDocument,
  LinkWalletDocument,
  PaymentReceiptDocument,
  SendReceiptDocument,
  UnlinkWalletDocument,
  WalletReceiptsDocument,
} from '../../schema/operations.ts';
import { fileLink } from '../../src/domain/file/file-link.ts';
import { startTestApp } from '../support/app.ts';
import { type Call, done, fault, openShop, refusal, rub, unique } from '../support/builders.ts';
import { freePort, linkQiwi, linkQiwiInput, type QiwiWallet, startQiwi } from '../support/qiwi.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: { limits: { breakAfter: 1_000 } } });
const shop = await openShop(gateway);
const { call } = shop;
const qiwi = await startQiwi(gateway, shop.id);

const payer = qiwi.wallet(10_000);
const from = await linkQiwi(call, qiwi, payer);

/** A transfer from the payer's wallet, confirmed. Answers its id. */
async function transfer(to: QiwiWallet, confirmed: 'COMPLETED' | 'PROCESSING' = 'COMPLETED'): Promise<string> {
  const input = { idempotencyKey: unique('transfer'), fromWalletId: from, amount: rub('100.00') };
  const { transferCreate } = await call(CreateTransferDocument, {
    input: { ...input, to: { phone: `+${to.number}` } },
  });
  const { id } = done(transferCreate, 'TransferCreateSuccess').payment;
  if (confirmed === 'PROCESSING') qiwi.act('outcome', { status: 'WAITING' });
  done((await call(ConfirmPaymentDocument, { paymentId: id })).paymentConfirm, 'PaymentConfirmSuccess');
  await vi.waitFor(async () => expect((await receiptOf(id))?.status).toBe(confirmed), { timeout: 20_000 });
  return id;
}

const receiptOf = async (id: string, as: Call = call, format: 'PDF' | 'JPEG' = 'PDF') =>
  (await as(PaymentReceiptDocument, { id, format })).payment;

async function file(url: string) {
  const response = await fetch(url);
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

/** How often HIS-3 is called by `work`; told again while notifications of what was paid before are still being followed. */
const asks = (times: number, work: () => Promise<unknown>) =>
  vi.waitFor(
    async () => {
      const most = 1_000;
      const planned = { provider: 'qiwi', operation: 'HIS-3', kind: 'delay', ms: 0, times: most } as const;
      const { id } = qiwi.sandbox.control.fault(planned);
      await work();
      const left = qiwi.sandbox.control.faults().find((fault) => fault.id === id)?.times;
      qiwi.sandbox.control.clearFaults();
      expect(most - (left ?? most)).toBe(times);
    },
    { timeout: 20_000, interval: 200 },
  );

test('A completed payment has a receipt in both formats, behind a link that needs no key and is not kept anywhere.', async () => {
  const id = await transfer(qiwi.wallet(0));
  const { reference } = await gateway.deps.db.prisma.payment.findUniqueOrThrow({ where: { id } });
  const asPdf = await receiptOf(id);
  expect(asPdf?.receipt?.formats).toEqual(['PDF', 'JPEG']);
  const pdf = await file(asPdf?.receipt?.url ?? '');
  expect(pdf.status).toBe(200);
  expect(Object.fromEntries(pdf.headers)).toMatchObject({
    'content-type': 'application/pdf',
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-disposition': `attachment; filename="receipt-${id}.pdf"`,
  });
  expect(pdf.bytes.subarray(0, 4).toString()).toBe('%PDF');
  expect(pdf.bytes.toString()).toContain(`Transaction ${reference} \\(OUT\\)`);
  const jpeg = await file((await receiptOf(id, call, 'JPEG'))?.receipt?.url ?? '');
  expect(jpeg.headers.get('content-type')).toBe('image/jpeg');
  expect([...jpeg.bytes.subarray(0, 2)]).toEqual([0xff, 0xd8]);
});

test('What the provider offers for a payment is asked when that one is read: receipt, repeat, and the rest as attributes.', async () => {
  const id = await transfer(qiwi.wallet(0));
  const payment = await receiptOf(id);
  expect(payment?.availableActions).toEqual(['RECEIPT', 'RECEIPT_BY_EMAIL', 'REPEAT']);
  expect(payment?.attributes).toContainEqual({ name: 'regularPaymentEnabled', value: 'false' });
  const { reference } = await gateway.deps.db.prisma.payment.findUniqueOrThrow({ where: { id } });
  const byNumber = `{ payment(provider: QIWI, reference: "${reference}") { id availableActions } }`;
  expect((await gateway.query(shop.apiKey, byNumber)).data).toEqual({
    payment: { id, availableActions: ['RECEIPT', 'RECEIPT_BY_EMAIL', 'REPEAT'] },
  });
});

test('The provider is asked at most once in a request, and never for a list.', async () => {
  const [one, two] = [await transfer(qiwi.wallet(0)), await transfer(qiwi.wallet(0))];
  await asks(1, () => receiptOf(one));
  const both = `{ one: payment(id: "${one}") { availableActions attributes { name } } two: payment(id: "${two}") { availableActions } }`;
  await asks(1, () => gateway.query(shop.apiKey, both));
  await asks(0, () => gateway.query(shop.apiKey, `{ payment(id: "${one}") { id status } }`));
  await asks(0, async () => {
    const { wallet } = await call(WalletReceiptsDocument, { walletId: from });
    const found = wallet?.payments.edges.map(({ node }) => node).filter(({ id }) => id === one || id === two);
    expect(found).toHaveLength(2);
    for (const node of found ?? [])
      expect(node).toMatchObject({
        availableActions: ['RECEIPT', 'RECEIPT_BY_EMAIL'],
        receipt: { formats: ['PDF', 'JPEG'] },
      });
  });
});

test('While the receipt is not ready there is none: null, and a link that was made before says no more than 404.', async () => {
  const id = await transfer(qiwi.wallet(0));
  const url = (await receiptOf(id))?.receipt?.url ?? '';
  qiwi.act('settings', { receiptsReady: false });
  try {
    expect(await receiptOf(id)).toMatchObject({ status: 'COMPLETED', availableActions: ['REPEAT'], receipt: null });
    const { status, bytes } = await file(url);
    expect([status, bytes.toString()]).toEqual([404, 'Not found.\n']);
    const sent = await refusal(call(SendReceiptDocument, { input: { paymentId: id, email: 'a@example.com' } }));
    expect(sent).toMatchObject({ __typename: 'ProviderRejectedError' });
  } finally {
    qiwi.act('settings', { receiptsReady: true });
  }
  expect((await file(url)).status).toBe(200);
});

test('A payment under way, and one on the ledger here, have no receipt and none is mailed.', async () => {
  const waiting = await transfer(qiwi.wallet(0), 'PROCESSING');
  const local = await shop.transfer(await shop.wallet({ holds: '10.00' }), await shop.wallet(), '5.00', true);
  const mailed = (qiwi.act('mails') as unknown[]).length;
  for (const id of [waiting, local]) expect((await receiptOf(id))?.receipt).toBeNull();
  const link = { kind: 'RECEIPT', partnerId: shop.id, side: 'MAKER', format: 'PDF' } as const;
  for (const paymentId of [waiting, local])
    expect((await file(fileLink(gateway.deps, { ...link, paymentId }).url)).status).toBe(404);
  const send = (paymentId: string) =>
    refusal(call(SendReceiptDocument, { input: { paymentId, email: 'a@example.com' } }));
  expect(await send(waiting)).toMatchObject({ code: 'PAYMENT_STATE' });
  expect(await send(local)).toMatchObject({ code: 'NOT_SUPPORTED' });
  expect((qiwi.act('mails') as unknown[]).length).toBe(mailed);
});

test('Each side reads its own receipt: the receiver never the payer’s, a stranger none.', async () => {
  const owner = await shop.customer();
  const theirs = qiwi.wallet(0);
  const { walletLink } = await call(LinkWalletDocument, {
    input: linkQiwiInput(qiwi, theirs, { customerId: owner.id }),
  });
  done(walletLink, 'WalletLinkSuccess');
  const id = await transfer(theirs);
  const url = (await receiptOf(id, owner.call))?.receipt?.url ?? '';
  const received = (await file(url)).bytes.toString();
  expect(received).toContain('\\(IN\\)');
  expect(received).toContain(`Wallet ${theirs.number}`);
  expect(received).not.toContain(payer.number);
  const mine = (await receiptOf(id, owner.call))?.availableActions;
  expect(mine).toContain('RECEIPT');
  expect(mine).not.toContain('RECEIPT_BY_EMAIL');
  const refused = await refusal(owner.call(SendReceiptDocument, { input: { paymentId: id, email: 'a@example.com' } }));
  expect(refused.code).toBe('NOT_FOUND');
  const stranger = await shop.customer();
  expect(await receiptOf(id, stranger.call)).toBeNull();
  expect(await receiptOf(id, (await openShop(gateway)).call)).toBeNull();
});

test('What a LOCAL wallet paid through the house wallet, and what was made elsewhere, have their receipts, too.', async () => {
  const owner = await shop.customer();
  const local = await shop.wallet({ owner, holds: '500.00' });
  const input = { idempotencyKey: unique('payout'), fromWalletId: local, amount: rub('50.00'), confirm: true };
  const { payoutCreate } = await owner.call(CreatePayoutDocument, {
    input: { ...input, destination: { phone: '+79161234567' }, provider: 'QIWI' },
  });
  const { id } = done(payoutCreate, 'PayoutCreateSuccess').payment;
  const paid = await vi.waitFor(
    async () => {
      const payment = await receiptOf(id, owner.call);
      expect(payment?.status).toBe('COMPLETED');
      return payment;
    },
    { timeout: 20_000 },
  );
  expect((await file(paid?.receipt?.url ?? '')).bytes.toString()).toContain('\\(OUT\\)');

  qiwi.act('deposit', { wallet: payer.number, amount: 77, comment: 'elsewhere' });
  const learned = await vi.waitFor(
    async () => {
      const where = { destinationWalletId: from, origin: 'PROVIDER', amountMinor: 7_700n } as const;
      return gateway.deps.db.prisma.payment.findFirstOrThrow({ where });
    },
    { timeout: 20_000 },
  );
  const received = await receiptOf(learned.id);
  expect(received?.availableActions).toEqual(['RECEIPT', 'RECEIPT_BY_EMAIL']);
  expect((await file(received?.receipt?.url ?? '')).bytes.toString()).toContain(
    `Transaction ${learned.reference} \\(IN\\)`,
  );
});

test('A provider that cannot be reached: what is known here is shown, and the link says to come again.', async () => {
  const id = await transfer(qiwi.wallet(0));
  const url = (await receiptOf(id))?.receipt?.url ?? '';
  qiwi.sandbox.control.fault({ provider: 'qiwi', operation: '*', kind: 'status', status: 500, times: 1_000 });
  try {
    expect(await receiptOf(id)).toMatchObject({
      status: 'COMPLETED',
      availableActions: ['RECEIPT', 'RECEIPT_BY_EMAIL'],
      attributes: [],
      receipt: { formats: ['PDF', 'JPEG'] },
    });
    expect((await file(url)).status).toBe(503);
  } finally {
    qiwi.sandbox.control.clearFaults();
  }
  expect((await file(url)).status).toBe(200);
});

test('The receipt is mailed by the provider to the address that was asked for.', async () => {
  const id = await transfer(qiwi.wallet(0));
  const { reference } = await gateway.deps.db.prisma.payment.findUniqueOrThrow({ where: { id } });
  const input = { paymentId: id, email: 'buyer@example.com', locale: 'en-US' };
  expect(done((await call(SendReceiptDocument, { input })).receiptSend, 'ReceiptSendSuccess').payment.id).toBe(id);
  const mails = qiwi.act('mails') as { to: string; transaction: number | string }[];
  expect(mails.filter(({ to }) => to === 'buyer@example.com').map(({ transaction }) => String(transaction))).toEqual([
    reference,
  ]);
  const bad = await fault(gateway, shop.apiKey, SendReceiptDocument, { input: { ...input, email: 'nobody' } });
  expect(bad.message).toContain('email');
});

test('Of a wallet that was unlinked nothing is read any more.', async () => {
  const theirs = qiwi.wallet(0);
  const to = await linkQiwi(call, qiwi, theirs);
  qiwi.act('deposit', { wallet: theirs.number, amount: 5, comment: '' });
  const { id } = await vi.waitFor(
    () => gateway.deps.db.prisma.payment.findFirstOrThrow({ where: { destinationWalletId: to } }),
    { timeout: 20_000 },
  );
  const url = (await receiptOf(id))?.receipt?.url ?? '';
  expect((await file(url)).status).toBe(200);
  done((await call(UnlinkWalletDocument, { walletId: to })).walletUnlink, 'WalletUnlinkSuccess');
  expect(await receiptOf(id)).toMatchObject({ status: 'COMPLETED', availableActions: [], receipt: null });
  expect((await file(url)).status).toBe(404);
});

test('Receipts move nothing: the books are right.', async () => {
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
