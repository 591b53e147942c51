import { afterAll, expect, test, vi } from 'vitest';
import {
  CreateCustomerDocument,
  CreateSessionTokenDocument,
  CreateTransferBatchDocument,
  CustomerRecordsDocument,
  type NotificationChannel,
  type NotificationPeriod,
} from '../../schema/operations.ts';
import { deliverNext } from '../../src/domain/notification/deliver-next.ts';
import { present } from '../../src/lib/assert.ts';
import { Mailbox } from '../../src/sandbox/mailbox/mailbox.ts';
import { startSmtp } from '../../src/sandbox/mailbox/smtp.ts';
import { startTestApp } from '../support/app.ts';
import { done, openShop, type Person, rub, unique } from '../support/builders.ts';
import { startDiwa, wholePerson } from '../support/diwa.ts';
import { run } from '../support/operations.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/**
 * A storefront of DiWa lends: its lenders and borrowers are clients there, the money moves in wallets here, and each side is told
 * of it as it has asked to be, over real SMTP, with a clock that the test moves forward.
 */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
const mailbox = new Mailbox(clock);
const smtp = await startSmtp({ host: '127.0.0.1', port: 0, mailbox });
afterAll(() => smtp.close());
const env = { SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: 'Lending <no-reply@lending.example>' };
const gateway = await startTestApp({ clock, env });
const shop = await openShop(gateway, { name: 'Lending' });
await startDiwa(gateway, shop.id);

/** A client of DiWa with a wallet here. The money in it is there before anybody wants to be told of anything. */
async function member(channel: NotificationChannel, period: NotificationPeriod, holds?: string) {
  const externalId = unique('member');
  const email = `${externalId}@example.com`;
  const input = {
    externalId,
    provider: 'DIWA' as const,
    identification: 'FULL' as const,
    person: { ...wholePerson, email },
    notifications: { channel, period },
  };
  const { customerCreate } = await shop.call(CreateCustomerDocument, { input });
  const { id } = done(customerCreate, 'CustomerCreateSuccess').customer;
  const { sessionTokenCreate } = await shop.call(CreateSessionTokenDocument, { input: { customerId: id } });
  const { token } = done(sessionTokenCreate, 'SessionTokenCreateSuccess');
  const owner: Person = { id, externalId, token, call: run(gateway, token) };
  return { ...owner, email, wallet: await shop.wallet({ owner, ...(holds ? { holds } : {}) }) };
}

const mailsTo = async (email: string, count: number) => {
  await vi.waitFor(() => expect(mailbox.list(email)).toHaveLength(count), { timeout: 20_000 });
  return mailbox.list(email);
};
/** Moves the clock to a moment after the next midnight (UTC), when digests of the day are due. */
const nextDay = () => {
  ahead += DAY - (clock.now().getTime() % DAY) + 2 * MINUTE;
};
const fund = async (transfers: { fromWalletId: string; toWalletId: string; amount: string }[], note: string) => {
  const legs = transfers.map(({ amount, ...leg }) => ({ ...leg, amount: rub(amount) }));
  const input = { idempotencyKey: unique('batch'), transfers: legs, note };
  const { transferBatchCreate } = await shop.call(CreateTransferBatchDocument, { input });
  return done(transferBatchCreate, 'TransferBatchCreateSuccess').payments.map(({ id }) => id);
};

test('Lenders fund two loans and are repaid; their day comes in one digest, the borrower hears at once, and nobody twice.', async () => {
  const first = await member('EMAIL', 'DAY', '60000');
  const second = await member('EMAIL', 'DAY', '50000');
  const quiet = await member('NONE', 'DAY', '10000');
  const borrower = await member('EMAIL', 'INSTANT');
  const { customer } = await shop.call(CustomerRecordsDocument, { externalId: first.externalId });
  const settings = { channel: 'EMAIL', period: 'DAY' };
  expect(customer).toMatchObject({ records: [{ notifications: settings, identification: { level: 'FULL' } }] });
  // the top-ups are of the day before
  nextDay();
  for (const lender of [first, second]) await mailsTo(lender.email, 1);

  const loan = await fund(
    [
      { fromWalletId: first.wallet, toWalletId: borrower.wallet, amount: '50000.00' },
      { fromWalletId: second.wallet, toWalletId: borrower.wallet, amount: '30000.01' },
      { fromWalletId: quiet.wallet, toWalletId: borrower.wallet, amount: '9999.99' },
    ],
    'Loan 1',
  );
  const back = await fund(
    [
      { fromWalletId: borrower.wallet, toWalletId: first.wallet, amount: '50617.00' },
      { fromWalletId: borrower.wallet, toWalletId: second.wallet, amount: '30370.21' },
    ],
    'Loan 1, first repayment',
  );
  const heard = await mailsTo(borrower.email, 5);
  expect(heard.map(({ subject }) => subject).sort()).toEqual([
    '30000.01 RUB received',
    '30370.21 RUB sent',
    '50000.00 RUB received',
    '50617.00 RUB sent',
    '9999.99 RUB received',
  ]);
  for (const lender of [first, second]) expect(mailbox.list(lender.email)).toHaveLength(1);

  const today = clock.now().toISOString().slice(0, 10);
  nextDay();
  await Promise.all(
    [first, second].flatMap(({ id }) => Array.from({ length: 4 }, () => deliverNext(gateway.deps, id))),
  );
  for (const [index, [lender, sent, received]] of (
    [
      [first, '50000.00', '50617.00'],
      [second, '30000.01', '30370.21'],
    ] as const
  ).entries()) {
    const [digest] = await mailsTo(lender.email, 2);
    expect(digest?.subject).toBe(`Your payments, ${today}`);
    expect(digest?.text.match(/pay_\w+/g)).toEqual([loan[index], back[index]]);
    expect(digest?.text).toContain(`${sent} RUB sent, transfer, ${loan[index]}`);
    expect(digest?.text).toContain(`${received} RUB received, transfer, ${back[index]}`);
    const others = [first, second, borrower, quiet].filter(({ id }) => id !== lender.id);
    for (const { email, externalId, wallet } of others)
      for (const secret of [email, externalId, wallet])
        expect(present(digest, 'the digest').text).not.toContain(secret);
  }
  expect(mailbox.list(quiet.email)).toEqual([]);
  expect(mailbox.list(borrower.email)).toHaveLength(5);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('A batch that is refused tells nobody of anything.', async () => {
  const lender = await member('EMAIL', 'INSTANT');
  const borrower = await member('EMAIL', 'INSTANT');
  const transfers = [{ fromWalletId: lender.wallet, toWalletId: borrower.wallet, amount: rub('1') }];
  const input = { idempotencyKey: unique('batch'), transfers };
  const { transferBatchCreate } = await shop.call(CreateTransferBatchDocument, { input });
  expect(transferBatchCreate).toMatchObject({ __typename: 'InsufficientFundsError' });
  const told = { customerId: { in: [lender.id, borrower.id] } };
  expect(await gateway.deps.db.prisma.notification.count({ where: told })).toBe(0);
  expect([...mailbox.list(lender.email), ...mailbox.list(borrower.email)]).toEqual([]);
});
