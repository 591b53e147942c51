import { beforeAll, describe, expect, test } from 'vitest';
import { CreateTransitDocument, SendReceiptDocument } from '../../schema/operations.ts';
import { openOrder } from '../../src/domain/payment/order.ts';
import { startTestApp } from '../support/app.ts';
import { done, rub, unique } from '../support/builders.ts';
import { callFaults, PATIENCE } from '../support/call-faults.ts';
import { startMbank } from '../support/mbank.ts';
import { type Desk, deskAt, stateOf } from '../support/mbank-desk.ts';
import { spoil } from '../support/mbank-faults.ts';
import { run } from '../support/operations.ts';

/**
 * The receipt that was asked for when an anonymous transit was made: a job has mbank mail it when the transit is completed, each
 * fault. mbank cannot tell a second mail from the first, so the gateway sends none by itself; who asks for one gets it.
 */

const gateway = await startTestApp({ patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const mbank = await startMbank(gateway, partnerId);
const { prisma } = gateway.deps.db;
const { control } = mbank.sandbox;
let desk: Desk;

beforeAll(async () => {
  desk = await deskAt({ gateway, apiKey, call: run(gateway, apiKey), mbank });
}, 40_000);

/** An anonymous transit that its payer has paid by card. */
async function paidTransit(receiptEmail: string): Promise<string> {
  const service = { serviceId: desk.serviceId, parameters: [{ id: 'phoneNumber', value: '+79261111111' }] };
  const input = { idempotencyKey: unique('transit'), amount: rub('50'), service, receiptEmail, confirm: true };
  const { transitCreate } = await desk.call(CreateTransitDocument, { input });
  const { id } = done(transitCreate, 'TransitCreateSuccess').payment;
  mbank.act('page', { payment: await mbank.referenceOf(id), result: 'approve' });
  return id;
}

const mailsTo = (email: string) => stateOf(desk).mails.filter(({ to }) => to === email).length;
/** Jobs that have a receipt mailed, running or waiting for another try. */
async function jobs(): Promise<number> {
  const sql = `SELECT count(*)::int AS count FROM graphile_worker.jobs WHERE task_identifier = 'send-receipt'`;
  return (await gateway.deps.db.pool.query<{ count: number }>(sql)).rows[0]?.count ?? 0;
}
/** The address that is kept until the mail is out. */
async function addressOf(id: string): Promise<string | undefined> {
  const payment = await prisma.payment.findUniqueOrThrow({ where: { id } });
  return openOrder(gateway.deps.vault, payment).receiptEmail;
}

describe.each(callFaults)('A receipt whose mailing %s', (_title, fault) => {
  test('It is not mailed again by itself, and once more when that is asked for.', async () => {
    const email = `${unique('ivan')}@example.com`;
    spoil(mbank, 'payments.bill', fault);
    const paymentId = await paidTransit(email);
    await expect.poll(() => control.faults(), { timeout: 15_000 }).toEqual([]);
    await expect.poll(() => addressOf(paymentId), { timeout: 15_000 }).toBeUndefined();
    await expect.poll(jobs, { timeout: 5_000 }).toBe(0);
    control.releaseAnswers();
    const once = fault.when === 'before' && fault.kind !== 'hold' ? 0 : 1;
    await expect.poll(() => mailsTo(email)).toBe(once);
    const { receiptSend } = await desk.call(SendReceiptDocument, { input: { paymentId, email } });
    done(receiptSend, 'ReceiptSendSuccess');
    expect(mailsTo(email)).toBe(once + 1);
  });
});
