import { beforeAll, describe, expect, test } from 'vitest';
import { CreatePayoutDocument, CreateTransitDocument } from '../../schema/operations.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone, rub, unique } from '../support/builders.ts';
import { callFaults, PATIENCE } from '../support/call-faults.ts';
import { startMbank } from '../support/mbank.ts';
import { type Desk, deskAt } from '../support/mbank-desk.ts';
import { spoil } from '../support/mbank-faults.ts';
import { run } from '../support/operations.ts';
import { figures, linkedWallet } from '../support/provider-wallets.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/**
 * A token is bought before the call that needs it: each of the two purchases, each fault, over HTTP. Whatever becomes of it, the
 * call itself has not gone out, so nothing is unclear: the same key makes one payment, and nothing else has moved.
 */

/** A clock that stands still until it is moved: by a day, and every token has run out. */
let now = new Date();
const gateway = await startTestApp({ clock: { now: () => now }, patience: PATIENCE });
const { prisma } = gateway.deps.db;

async function shopWith(credentials: Record<string, string>): Promise<Omit<Desk, 'serviceId' | 'stepsServiceId'>> {
  const { partnerId, apiKey } = await gateway.partner();
  return { gateway, apiKey, call: run(gateway, apiKey), mbank: await startMbank(gateway, partnerId, credentials) };
}
const storefront = await shopWith({});
const preferring = await shopWith({ clientId: 'mbank', clientSecret: 'secret', preferBearer: 'true' });

const PHONE = '+79261111111';
type Answer = { __typename: string; payment?: { id: string } } | null | undefined;

/** Repeats it until it succeeds. */
async function untilDone(send: () => Promise<Answer>): Promise<{ answers: string[]; id: string }> {
  const answers: string[] = [];
  for (;;) {
    const answer = present(await send(), 'an answer');
    answers.push(answer.__typename);
    if (answer.payment) return { answers, id: answer.payment.id };
    if (answers.length === 5) throw new Error(answers.join(', '));
    now = new Date(now.getTime() + 61_000);
  }
}

async function isThereOnce({ mbank }: Pick<Desk, 'mbank'>, { answers, id }: { answers: string[]; id: string }) {
  expect(mbank.sandbox.control.faults()).toEqual([]);
  expect(answers.slice(0, -1).filter((answer) => answer !== 'ProviderUnavailableError')).toEqual([]);
  const attempts = await prisma.paymentAttempt.findMany({ where: { paymentId: id } });
  expect(attempts).toHaveLength(1);
  const { payments } = mbank.act('payments', { clientId: attempts[0]?.clientId }) as { payments: object[] };
  expect(payments).toMatchObject([{ status: 'created' }]);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
}

describe('The application buys a token', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await deskAt(storefront);
  }, 40_000);

  test.each(callFaults)('Its purchase %s: the transit is there once.', async (_title, fault) => {
    now = new Date(now.getTime() + 86_400_000);
    const service = { serviceId: desk.serviceId, parameters: [{ id: 'phoneNumber', value: PHONE }] };
    const input = { idempotencyKey: unique('transit'), amount: rub('50'), service };
    spoil(desk.mbank, 'oauth.token.client', fault);
    const made = await untilDone(async () => (await desk.call(CreateTransitDocument, { input })).transitCreate);
    desk.mbank.sandbox.control.releaseAnswers();
    await isThereOnce(desk, made);
  });
});

describe('A wallet’s password buys a token', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await deskAt(preferring);
  }, 40_000);

  test.each(callFaults)('Its purchase %s: the payout is there once.', async (_title, fault) => {
    now = new Date(now.getTime() + 86_400_000);
    const walletId = await linkedWallet(desk.call, desk.mbank, 100, newPhone());
    now = new Date(now.getTime() + 86_400_000);
    const input = {
      idempotencyKey: unique('payout'),
      fromWalletId: walletId,
      amount: rub('20'),
      destination: { phone: PHONE },
    };
    spoil(desk.mbank, 'oauth.token.password', fault);
    const made = await untilDone(async () => (await desk.call(CreatePayoutDocument, { input })).payoutCreate);
    desk.mbank.sandbox.control.releaseAnswers();
    await isThereOnce(desk, made);
    expect(await figures(desk.call, walletId)).toEqual({ posted: '100.00', pending: '0.00', upstream: '100.00' });
  });
});
