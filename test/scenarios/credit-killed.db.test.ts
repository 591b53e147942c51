import { rmSync } from 'node:fs';
import { print } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { RefundCreditSessionDocument, ResolveCreditRefundDocument } from '../../schema/operations.ts';
import { koshel, newDataFolder } from '../cli/support.ts';
import { bearer, startTestApp } from '../support/app.ts';
import { done, refusal, rub, unique } from '../support/builders.ts';
import { credit, creditBooks, startMoneywall } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** A gateway that is killed (-9) between a refund's intent and the lender's answer. The next one resolves it by state and amount, and never repeats it. */

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const moneywall = await startMoneywall(gateway, partnerId);
const { askNow, authorized, of, refund, until } = credit(gateway, apiKey, call, moneywall);
const { control } = moneywall.sandbox;
const atMoneywall = (orderId: string) => moneywall.sessions(orderId)[0]?.refunds.map(({ amount }) => amount);
const rowsOf = (orderId: string) => gateway.deps.db.prisma.creditRefund.findMany({ where: { session: { orderId } } });

/** In kopecks: every order that was lent for and not given back. */
const owedToPartner = async () => BigInt((await creditBooks(gateway, partnerId))['partner-payable'] ?? 0);

const folder = newDataFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Another gateway on the same database and with the same keys, in a process of its own. */
async function startProcess() {
  const { config } = gateway;
  const { current } = config.masterKeys;
  const process = koshel(['start'], {
    DATABASE_URL: config.databaseUrl ?? '',
    DATABASE_POOL: '4',
    DATA_DIR: folder,
    PORT: '0',
    SANDBOX: 'off',
    ADMIN_KEY: config.adminKey,
    TOKEN_SECRET: config.tokenSecret,
    ENCRYPTION_KEY: `${current.id}:${current.bytes.toString('hex')}`,
  });
  const [, url = ''] = await process.printed(/GraphQL\s+(http:\S+)\/graphql/);
  return { url, process };
}

/** A refund that was under way when its gateway was killed. */
interface Killed {
  orderId: string;
  /** Its idempotency key. */
  key: string;
}

/** Asks the gateway for a refund, up to where the call is at the lender: `acted` says whether the lender carries it out. */
async function underWay(
  url: string,
  orderId: string,
  amount: string,
  acted: boolean,
): Promise<Killed & { answer: Promise<unknown> }> {
  const key = unique('killed');
  control.fault({ provider: 'moneywall', operation: 'MW-4', kind: 'hold', when: acted ? 'after' : 'before', times: 1 });
  const held = control.heldAnswers();
  const variables = { input: { idempotencyKey: key, orderId, amount: rub(amount) } };
  const answer = fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(apiKey) },
    body: JSON.stringify({ query: print(RefundCreditSessionDocument), variables }),
  }).then(
    ({ status }) => status,
    () => 'cut',
  );
  await expect.poll(() => control.heldAnswers(), { timeout: 30_000 }).toBe(held + 1);
  expect(await rowsOf(orderId)).toMatchObject([{ outcome: 'PENDING', finishedAt: null }]);
  expect(atMoneywall(orderId)).toEqual(acted ? [`${amount}.00`] : []);
  return { orderId, key, answer };
}

let whole: Killed;
let unsent: Killed;
let part: Killed;
test('A gateway is killed while three refunds are at the lender: each stands as it was meant, and is kept from others.', async () => {
  const [first, second, third] = [await authorized(), await authorized(), await authorized()];
  const { url, process } = await startProcess();
  const calls = [
    await underWay(url, first.orderId, '10000', true),
    await underWay(url, second.orderId, '10000', false),
    await underWay(url, third.orderId, '4000', true),
  ] as const;
  process.child.kill('SIGKILL');
  expect(await process.ended).toBe('SIGKILL');
  for (const { answer, orderId } of calls) {
    expect(await answer).toBe('cut');
    expect(await rowsOf(orderId)).toMatchObject([{ outcome: 'PENDING', finishedAt: null }]);
  }
  [whole, unsent, part] = calls;
  await gateway.restart();
  expect((await of(whole.orderId)).refundable.amount).toBe('0.00');
  expect((await of(part.orderId)).refundable.amount).toBe('6000.00');
}, 180_000);

/** Has the session looked at as if so many minutes had passed since its refund was asked for, as far as the rows tell. */
async function lookAfter(orderId: string, minutes: number): Promise<void> {
  await gateway.deps.db.pool.query(
    `UPDATE credit_refund SET created_at = created_at - make_interval(mins => $2)
     WHERE session_id = (SELECT id FROM credit_session WHERE order_id = $1)`,
    [orderId, minutes],
  );
  await askNow(orderId);
}

test('A refund of all that the lender had carried out is proven by the end of the session, and booked once.', async () => {
  const { orderId, key } = whole;
  const before = await owedToPartner();
  // whoever asks again is not sent to the lender again
  const again = done(await refund(orderId, '10000', key), 'CreditSessionRefundSuccess');
  expect(again).toMatchObject({ replayed: true, refund: { outcome: 'PENDING' } });
  await lookAfter(orderId, 1);
  const ended = await until(orderId, 'VOIDED');
  expect(ended).toMatchObject({
    refunded: { amount: '10000.00' },
    refundable: { amount: '0.00' },
    refunds: [{ id: again.refund.id, outcome: 'ACCEPTED', message: 'The session is VOIDED.' }],
  });
  expect(done(await refund(orderId, '10000', key), 'CreditSessionRefundSuccess')).toMatchObject({
    replayed: true,
    refund: { id: again.refund.id, outcome: 'ACCEPTED' },
  });
  expect(atMoneywall(orderId)).toEqual(['10000.00']);
  expect(before - (await owedToPartner())).toBe(1_000_000n);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('One that never got there is proven by the open session ten minutes later: its amount is free, and goes back once.', async () => {
  const { orderId, key } = unsent;
  const before = await owedToPartner();
  await lookAfter(orderId, 1);
  const outcomeOf = async () => (await of(orderId)).refunds[0]?.outcome;
  await expect.poll(outcomeOf, { timeout: 20_000 }).toBe('UNKNOWN');
  expect((await of(orderId)).refundable.amount).toBe('0.00');
  await lookAfter(orderId, 10);
  await expect.poll(outcomeOf, { timeout: 20_000 }).toBe('REJECTED');
  expect((await of(orderId)).refundable.amount).toBe('10000.00');
  // the old key tells of the old refund; a new one sends another
  expect(done(await refund(orderId, '10000', key), 'CreditSessionRefundSuccess')).toMatchObject({
    replayed: true,
    refund: { outcome: 'REJECTED' },
  });
  expect(atMoneywall(orderId)).toEqual([]);
  expect(done(await refund(orderId, '10000'), 'CreditSessionRefundSuccess').session.state).toBe('VOIDED');
  expect(atMoneywall(orderId)).toEqual(['10000.00']);
  expect(before - (await owedToPartner())).toBe(1_000_000n);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('Of a part the state proves nothing: its amount is kept until a person has ruled, and it is never sent again.', async () => {
  const { orderId, key } = part;
  const before = await owedToPartner();
  await lookAfter(orderId, 60);
  const outcomeOf = async () => (await of(orderId)).refunds[0]?.outcome;
  await expect.poll(outcomeOf, { timeout: 20_000 }).toBe('UNKNOWN');
  expect(await of(orderId)).toMatchObject({ refunded: { amount: '0.00' }, refundable: { amount: '6000.00' } });
  const { id } = done(await refund(orderId, '4000', key), 'CreditSessionRefundSuccess').refund;
  const input = { refundId: id, outcome: 'COMPLETED' as const, evidence: 'The lender’s staff has said so.' };
  const ruled = await call(ResolveCreditRefundDocument, { input });
  expect(done(ruled.creditRefundResolve, 'CreditRefundResolveSuccess').creditSession).toMatchObject({
    refunded: { amount: '4000.00' },
    refundable: { amount: '6000.00' },
  });
  expect(await refusal(call(ResolveCreditRefundDocument, { input }))).toMatchObject({ code: 'CREDIT_STATE' });
  expect(atMoneywall(orderId)).toEqual(['4000.00']);
  expect(before - (await owedToPartner())).toBe(400_000n);
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});
