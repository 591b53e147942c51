import { afterAll, expect, test, vi } from 'vitest';
import { CreatePayoutDocument } from '../../schema/operations.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, rub, unique } from '../support/builders.ts';
import { startMbank } from '../support/mbank.ts';

/** What a provider undoes and redoes, the customer is told each time. */

const post = await startSandbox({ port: 0 });
afterAll(() => post.close());
const env = { SMTP_URL: post.mailbox.smtpUrl, MAIL_FROM: 'no-reply@shop.example' };
const gateway = await startTestApp({ env });
const shop = await openShop(gateway);
const mbank = await startMbank(gateway, shop.id);
const email = 'reader@example.com';

/** Waits for the newest mail to have this subject; answers the subjects, oldest first. */
async function subjectsUntil(subject: string): Promise<string[]> {
  let subjects: string[] = [];
  await vi.waitFor(
    async () => {
      const response = await fetch(`${post.mailbox.url}/messages?to=${email}`);
      subjects = ((await response.json()) as { subject: string }[]).map((mail) => mail.subject).reverse();
      expect(subjects.at(-1)).toBe(subject);
    },
    { timeout: 20_000 },
  );
  return subjects;
}

test('A payout that mbank completes, takes back and makes good again is three mails to its payer.', async () => {
  const person = { email, phone: '+79261234567' };
  const owner = await shop.customer({ person, notifications: { channel: 'EMAIL', period: 'INSTANT' } });
  const fromWalletId = await shop.wallet({ owner, holds: '1000' });
  await subjectsUntil('1000.00 RUB received');
  const destination = { phone: '+79261111111' };
  const input = { idempotencyKey: unique('payout'), fromWalletId, amount: rub('100'), destination, confirm: true };
  const { payment } = done((await shop.call(CreatePayoutDocument, { input })).payoutCreate, 'PayoutCreateSuccess');
  await subjectsUntil('100.00 RUB sent');
  const id = await mbank.referenceOf(payment.id);
  mbank.act('payment.undo', { id });
  await subjectsUntil('100.00 RUB: payout reversed');
  mbank.act('payment.redo', { id });
  expect(await subjectsUntil('100.00 RUB sent')).toEqual([
    '1000.00 RUB received',
    '100.00 RUB sent',
    '100.00 RUB: payout reversed',
    '100.00 RUB sent',
  ]);
  expect(JSON.stringify(post.mailbox.messages(email))).not.toContain('9261111111');
});
