import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { ResolvePaymentDocument } from '../../schema/operations.ts';
import { deliverNext } from '../../src/domain/notification/deliver-next.ts';
import { Mailbox } from '../../src/sandbox/mailbox/mailbox.ts';
import { startSmtp } from '../../src/sandbox/mailbox/smtp.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { startTestApp } from '../support/app.ts';
import { newPhone, openShop, type Person, unique } from '../support/builders.ts';
import { oddSmtp } from '../support/smtp.ts';

/** Customers are told of their payments: over real SMTP and HTTP, with a clock that the test moves forward. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
const mailbox = new Mailbox(clock);
const smtp = await startSmtp({ host: '127.0.0.1', port: 0, mailbox });
let up = true;
afterAll(() => takeDown());
const sandbox = await startSandbox({ port: 0 });
afterAll(() => sandbox.close());
const env = {
  SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
  MAIL_FROM: 'Shop <no-reply@shop.example>',
  SMS_URL: sandbox.mailbox.smsUrl,
};
const gateway = await startTestApp({ clock, env });
const shop = await openShop(gateway, { name: 'Corner shop', fee: 100 });
const { prisma } = gateway.deps.db;

async function takeDown(): Promise<void> {
  if (up) await smtp.close();
  up = false;
}

/** The mail server is there again until the test ends. */
async function bringBack(): Promise<void> {
  const server = await startSmtp({ host: '127.0.0.1', port: smtp.port, mailbox });
  onTestFinished(() => server.close());
}

type Settings = NonNullable<NonNullable<Parameters<typeof shop.customer>[0]>['notifications']>;

/** A customer with a wallet, an address and these settings. */
async function somebody(channel: Settings['channel'], period: Settings['period'], holds = '0') {
  const email = `${unique('reader')}@example.com`;
  const phone = newPhone();
  const person = { firstName: 'Anastasia', lastName: 'Krylova', email, phone };
  const who = await shop.customer({ person, notifications: { channel, period } });
  // money comes into a wallet of nobody's, so that nobody is told of it
  const wallet = await shop.wallet({ owner: who });
  if (holds !== '0') await shop.transfer(await shop.wallet({ holds: '1000' }), wallet, holds, true);
  return { ...who, email, phone, wallet };
}

const rowsOf = (who: Person, more: object = {}) =>
  prisma.notification.findMany({ where: { customerId: who.id, ...more }, orderBy: { createdAt: 'asc' } });
const mailsTo = async (email: string, count: number) => {
  await vi.waitFor(() => expect(mailbox.list(email)).toHaveLength(count), { timeout: 20_000 });
  return mailbox.list(email);
};
const settled = (who: Person, status: string) =>
  vi.waitFor(async () => expect(new Set((await rowsOf(who)).map((row) => row.status))).toEqual(new Set([status])), {
    timeout: 20_000,
  });
/** Moves the clock to a moment after the next midnight (UTC), when digests of the day are due. */
const nextDay = () => {
  ahead += DAY - (clock.now().getTime() % DAY) + 2 * MINUTE;
};

test('A transfer is told to both sides at once; neither mail says anything of the other side.', async () => {
  const [payer, payee] = [await somebody('EMAIL', 'INSTANT', '300'), await somebody('EMAIL', 'INSTANT')];
  const [credited] = await mailsTo(payer.email, 1);
  expect(credited).toMatchObject({ subject: '300.00 RUB received' });
  const paymentId = await shop.transfer(payer.wallet, payee.wallet, '250.50', true);
  const [sent] = await mailsTo(payer.email, 2);
  const [received] = await mailsTo(payee.email, 1);
  expect(sent).toMatchObject({ from: 'no-reply@shop.example', subject: '250.50 RUB sent' });
  expect(sent?.text).toMatch(new RegExp(`UTC  250\\.50 RUB sent, transfer, fee 2\\.50 RUB, ${paymentId}\\n`));
  expect(received).toMatchObject({ subject: '250.50 RUB received' });
  expect(received?.text).toContain(`250.50 RUB received, transfer, ${paymentId}\n`);
  expect(received?.text).toContain('Corner shop');
  for (const [mail, other] of [
    [sent, payee],
    [received, payer],
  ] as const) {
    const whole = JSON.stringify(mail);
    for (const secret of [other.wallet, other.id, other.externalId, other.email, other.phone, 'Krylova', 'wal_'])
      expect(whole).not.toContain(secret);
  }
  await settled(payer, 'SENT');
  expect((await rowsOf(payer, { paymentId })).map((row) => `${row.messageId}@shop.example`)).toEqual([sent?.id]);
});

test('Nobody but its maker is told of a refusal; the rows hold no address.', async () => {
  const payer = await somebody('EMAIL', 'INSTANT', '300');
  const paymentId = await shop.payout(payer.wallet, '10');
  await shop.call(ResolvePaymentDocument, { input: { paymentId, outcome: 'DECLINED', evidence: 'the bank refused' } });
  const [told] = await mailsTo(payer.email, 2);
  expect(told).toMatchObject({ subject: '10.00 RUB: payout declined' });
  expect(told?.text).not.toContain('the bank refused');
  const { rows } = await gateway.deps.db.pool.query<{ text: string }>(
    `SELECT n::text AS text FROM notification n UNION ALL SELECT j::text FROM graphile_worker._private_jobs j`,
  );
  expect(rows.filter(({ text }) => /@example|Krylova|\+7926/.test(text))).toEqual([]);
  expect(gateway.logged.filter((line) => /@example|Krylova|\+7926/.test(line))).toEqual([]);
});

test('Who wants nothing gets nothing, and nothing is written down.', async () => {
  const [quiet, talkative] = [await somebody('NONE', 'INSTANT', '300'), await somebody('EMAIL', 'INSTANT')];
  await shop.transfer(quiet.wallet, talkative.wallet, '1', true);
  await mailsTo(talkative.email, 1);
  expect(await rowsOf(quiet)).toEqual([]);
  expect(mailbox.list(quiet.email)).toEqual([]);
});

test('A digest of the day comes once, when the day is over, with every payment of it, however many processes try.', async () => {
  const [reader, other] = [await somebody('EMAIL', 'DAY'), await somebody('EMAIL', 'INSTANT', '300')];
  // to a day that has just begun, so that both payments are in it
  nextDay();
  const first = await shop.transfer(other.wallet, reader.wallet, '20', true);
  const second = await shop.transfer(reader.wallet, other.wallet, '5.05', true);
  await mailsTo(other.email, 3);
  expect(await rowsOf(reader, { status: 'PENDING' })).toHaveLength(2);
  expect(mailbox.list(reader.email)).toEqual([]);
  const today = clock.now().toISOString().slice(0, 10);
  nextDay();
  await Promise.all(Array.from({ length: 8 }, () => deliverNext(gateway.deps, reader.id)));
  const [digest] = await mailsTo(reader.email, 1);
  expect(digest?.subject).toBe(`Your payments, ${today}`);
  expect(digest?.text.match(/pay_\w+/g)).toEqual([first, second]);
  expect(digest?.text).toMatch(
    /20\.00 RUB received, transfer, pay_.*\n.*5\.05 RUB sent, transfer, fee 0\.05 RUB, pay_/,
  );
  await settled(reader, 'SENT');
  expect(new Set((await rowsOf(reader)).map(({ messageId }) => messageId)).size).toBe(1);
  nextDay();
  const third = await shop.transfer(other.wallet, reader.wallet, '1', true);
  nextDay();
  const [later] = await mailsTo(reader.email, 2);
  expect(later?.text.match(/pay_\w+/g)).toEqual([third]);
});

test('E-mail and text message: one each.', async () => {
  const both = await somebody('EMAIL_AND_SMS', 'INSTANT', '300');
  await mailsTo(both.email, 1);
  await vi.waitFor(() => expect(sandbox.mailbox.messages(both.phone)).toHaveLength(1), { timeout: 20_000 });
  const [row] = await rowsOf(both, { medium: 'SMS' });
  expect(sandbox.mailbox.messages(both.phone)).toMatchObject([
    { medium: 'SMS', id: row?.messageId, text: `300.00 RUB received. ${row?.paymentId}` },
  ]);
  await settled(both, 'SENT');
});

test('While the mail server is down nothing is lost; when it is back each mail comes once.', async () => {
  await takeDown();
  const reader = await somebody('EMAIL', 'INSTANT', '300');
  await vi.waitFor(async () => expect(await rowsOf(reader)).toMatchObject([failed({ attempts: 1 })]), {
    timeout: 20_000,
  });
  expect(mailbox.list(reader.email)).toEqual([]);
  await bringBack();
  ahead += MINUTE;
  await mailsTo(reader.email, 1);
  await settled(reader, 'SENT');
  expect(await rowsOf(reader)).toMatchObject([{ attempts: 2 }]);
  ahead += DAY;
  await shop.transfer(await shop.wallet({ holds: '100' }), reader.wallet, '1', true);
  expect((await mailsTo(reader.email, 2)).map(({ subject }) => subject)).toEqual([
    '1.00 RUB received',
    '300.00 RUB received',
  ]);
});

const failed = (row: object) => ({ ...row, status: 'PENDING', lastError: expect.stringMatching(/^E\w+/) });

test('A mail whose answer was lost is sent again under the same Message-ID.', async () => {
  const odd = await oddSmtp({ port: smtp.port, hangUp: true });
  const reader = await somebody('EMAIL', 'INSTANT', '300');
  await vi.waitFor(async () => expect(await rowsOf(reader)).toMatchObject([failed({ attempts: 1 })]), {
    timeout: 20_000,
  });
  expect(odd.seen).toHaveLength(1);
  await odd.close();
  await bringBack();
  ahead += MINUTE;
  const [mail] = await mailsTo(reader.email, 1);
  expect(mail?.id).toBe(odd.seen[0]);
  await settled(reader, 'SENT');
});

test('What a process that died had taken is sent by another when its claim has ended.', async () => {
  await bringBack();
  const reader = await somebody('EMAIL', 'DAY', '300');
  const taken = { messageId: 'msg_of_the_dead', attempts: 1, nextAt: new Date(clock.now().getTime() + 5 * MINUTE) };
  await prisma.notification.updateMany({ where: { customerId: reader.id }, data: taken });
  ahead += 6 * MINUTE;
  const [mail] = await mailsTo(reader.email, 1);
  expect(mail?.id).toBe('msg_of_the_dead@shop.example');
  await settled(reader, 'SENT');
});

test('An address that the server refuses for good is not tried again.', async () => {
  const odd = await oddSmtp({ port: smtp.port, recipient: '550 no such user' });
  const reader = await somebody('EMAIL', 'INSTANT', '300');
  await settled(reader, 'SKIPPED');
  expect(await rowsOf(reader)).toMatchObject([{ skipReason: 'REFUSED', attempts: 1, sentAt: null }]);
  expect(odd.seen).toEqual([]);
  await odd.close();
});

test('Without an address nothing is sent, and the row says why; so it is when the person was erased meanwhile.', async () => {
  const stranger = await shop.customer({ notifications: { channel: 'EMAIL_AND_SMS', period: 'INSTANT' } });
  const erased = await somebody('EMAIL', 'DAY');
  for (const owner of [stranger, erased]) {
    const to = await shop.wallet({ owner });
    await shop.transfer(await shop.wallet({ holds: '10' }), to, '1', true);
  }
  await settled(stranger, 'SKIPPED');
  expect((await rowsOf(stranger)).map(({ skipReason }) => skipReason).sort()).toEqual(['NO_EMAIL', 'NO_PHONE']);
  await prisma.customer.update({ where: { id: erased.id }, data: { personSealed: null } });
  nextDay();
  await settled(erased, 'SKIPPED');
  expect(await rowsOf(erased)).toMatchObject([{ skipReason: 'NO_EMAIL' }]);
});

test('A gateway without a mail server and a gateway for text messages says so, row by row.', async () => {
  const bare = await startTestApp();
  const store = await openShop(bare);
  const person = { email: 'reader@example.com', phone: newPhone() };
  const owner = await store.customer({ person, notifications: { channel: 'EMAIL_AND_SMS', period: 'INSTANT' } });
  await store.wallet({ owner, holds: '10' });
  await vi.waitFor(
    async () => {
      const rows = await bare.deps.db.prisma.notification.findMany({ orderBy: { medium: 'asc' } });
      expect(rows.map(({ status, skipReason }) => [status, skipReason])).toEqual([
        ['SKIPPED', 'NO_MAIL_SERVER'],
        ['SKIPPED', 'NO_SMS_GATEWAY'],
      ]);
    },
    { timeout: 20_000 },
  );
  const metrics = await (await gateway.fetch('/metrics')).text();
  expect(metrics).toMatch(/koshel_jobs_total\{job="notify",outcome="ok"\} \d/);
  expect(metrics).toMatch(/koshel_messages_total\{medium="EMAIL",outcome="refused"\} 1\n/);
});
