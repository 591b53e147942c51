import { expect, test } from 'vitest';
import { CreditSessionDocument, CreditSessionsDocument, StartCreditSessionDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, rub } from '../support/builders.ts';
import { credit, creditBooks, order, startMoneywall, tellByCallsOnly } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

const gateway = await startTestApp({ env: { PORT: await freePort() } });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const moneywall = await startMoneywall(gateway, partnerId);
const { askNow, authorized, refund, start, until, watch } = credit(gateway, apiKey, call, moneywall);

/** What the work moves on each account, kopecks. */
async function moved(work: () => Promise<unknown>): Promise<Record<string, string>> {
  const before = await creditBooks(gateway, partnerId);
  await work();
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  const after = await creditBooks(gateway, partnerId);
  const difference = Object.entries(after).map(([name, minor]) => [name, BigInt(minor) - BigInt(before[name] ?? 0)]);
  return Object.fromEntries(difference.filter(([, minor]) => minor !== 0n).map(([name, minor]) => [name, `${minor}`]));
}

const steps = ({ timeline }: Awaited<ReturnType<typeof until>>) => timeline.map(({ to }) => to);

test('An order is started: the lender has all that was told of it, and the shopper has a page.', async () => {
  const input = order({ mode: 'IFRAME' });
  const started = done(
    (await call(StartCreditSessionDocument, { input })).creditSessionStart,
    'CreditSessionStartSuccess',
  );
  expect(started).toMatchObject({
    replayed: false,
    session: {
      orderId: input.orderId,
      state: 'PROCESSING',
      terminal: false,
      mode: 'IFRAME',
      provider: { code: 'MONEYWALL' },
      amount: { amount: '10000.00' },
      creditCost: { amount: '11000.00' },
      refunded: { amount: '0.00' },
      refundable: { amount: '0.00' },
      voidableUntil: null,
      timeline: [{ from: null, to: 'PROCESSING', source: 'PROVIDER_ANSWER' }],
    },
  });
  const [there] = moneywall.sessions(input.orderId);
  expect(started.session.reference).toBe(String(there?.id));
  expect((await fetch(started.session.frameUrl ?? '')).status).toBe(200);
  expect(moneywall.sent(input.orderId)).toMatchObject({
    phone: '79588249424',
    web_mode: 'iframe',
    redirect_url: 'http://shop.example/order/AB123-45',
    product_type: 'airline_tickets',
    local_passport: { number: '4444333222' },
  });
  const again = await call(StartCreditSessionDocument, { input });
  expect(again.creditSessionStart).toEqual({ ...started, replayed: true });
  expect(moneywall.sessions(input.orderId)).toHaveLength(1);
});

test('An application that is refused ends CANCELLED as soon as the lender calls; nothing was lent.', async () => {
  const { id, orderId } = await start();
  await tellByCallsOnly(gateway, id);
  const change = await moved(async () => {
    moneywall.act('session.cancel', { order: orderId });
    const ended = await until(orderId, 'CANCELLED');
    expect(ended).toMatchObject({ terminal: true, refundable: { amount: '0.00' } });
    expect(ended.timeline.at(-1)).toMatchObject({ from: 'PROCESSING', to: 'CANCELLED', source: 'WEBHOOK' });
  });
  expect(change).toEqual({});
});

test('One that is accepted is AUTHORIZED: the lender owes the order, we owe the partner, and until then it can be voided.', async () => {
  const { id, orderId, createdAt } = await start();
  await tellByCallsOnly(gateway, id);
  const change = await moved(async () => {
    moneywall.act('session.authorize', { order: orderId });
    const session = await until(orderId, 'AUTHORIZED');
    expect(session).toMatchObject({ refundable: { amount: '10000.00' }, terminal: false });
    expect(session.timeline.at(-1)).toMatchObject({ to: 'AUTHORIZED', source: 'WEBHOOK' });
    const within = Date.parse(session.voidableUntil ?? '') - Date.parse(createdAt);
    // never later than a day after the agreement was opened, and not much earlier
    expect(within).toBeLessThanOrEqual(24 * 3_600_000 + 20_000);
    expect(within).toBeGreaterThanOrEqual(24 * 3_600_000);
  });
  expect(change).toEqual({ 'lender-receivable': '1000000', 'partner-payable': '1000000' });
});

test('A refund in full before a day has passed voids the agreement: nobody owes anything.', async () => {
  const { orderId } = await authorized();
  const change = await moved(async () => {
    const answer = done(await refund(orderId, '10000'), 'CreditSessionRefundSuccess');
    expect(answer).toMatchObject({
      replayed: false,
      refund: { outcome: 'ACCEPTED', amount: { amount: '10000.00', currency: 'RUB' } },
      session: { state: 'VOIDED', terminal: true, refunded: { amount: '10000.00' }, refundable: { amount: '0.00' } },
    });
    expect(steps(await until(orderId, 'VOIDED'))).toEqual(['PROCESSING', 'AUTHORIZED', 'VOIDED']);
  });
  expect(change).toEqual({ 'lender-receivable': '-1000000', 'partner-payable': '-1000000' });
  expect(moneywall.sessions(orderId)).toMatchObject([{ state: 'voided', refunds: [{ effect: 'voided' }] }]);
});

test('A day later the lender has paid; parts repay the loan, and with the last one the session is REFUNDED.', async () => {
  const { orderId } = await authorized();
  const charged = await moved(async () => {
    done(await refund(orderId, '1000'), 'CreditSessionRefundSuccess');
    moneywall.act('session.charge', { order: orderId });
    await askNow(orderId);
    expect(await until(orderId, 'CHARGED')).toMatchObject({ voidableUntil: null, refundable: { amount: '9000.00' } });
  });
  expect(charged).toEqual({ 'lender-receivable': '-1000000', 'partner-payable': '-100000', settlement: '900000' });
  const repaid = await moved(async () => {
    const part = done(await refund(orderId, '4000'), 'CreditSessionRefundSuccess');
    expect(part.session).toMatchObject({ state: 'CHARGED', refundable: { amount: '5000.00' } });
    const rest = done(await refund(orderId, '5000'), 'CreditSessionRefundSuccess');
    expect(rest.session).toMatchObject({ state: 'REFUNDED', refunded: { amount: '10000.00' } });
    expect(rest.session.refunds.map(({ amount, outcome }) => [amount.amount, outcome])).toEqual([
      ['1000.00', 'ACCEPTED'],
      ['4000.00', 'ACCEPTED'],
      ['5000.00', 'ACCEPTED'],
    ]);
  });
  expect(repaid).toEqual({ 'partner-payable': '-900000', settlement: '-900000' });
});

test('Parts that make up the whole before a day has passed void it, too; at the day’s end they repay.', async () => {
  const early = await authorized('300');
  const late = await authorized('300');
  for (const { orderId } of [early, late]) done(await refund(orderId, '100.50'), 'CreditSessionRefundSuccess');
  moneywall.sandbox.control.advance(24 * 3_600_000 - 120_000);
  expect(done(await refund(early.orderId, '199.50'), 'CreditSessionRefundSuccess').session.state).toBe('VOIDED');
  moneywall.sandbox.control.advance(120_000);
  // nobody here has heard yet that the lender has paid
  expect(done(await refund(late.orderId, '199.50'), 'CreditSessionRefundSuccess').session).toMatchObject({
    state: 'REFUNDED',
    timeline: [{ to: 'PROCESSING' }, { to: 'AUTHORIZED' }, { to: 'CHARGED' }, { to: 'REFUNDED' }],
  });
  expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
});

test('What the lender itself gives back, or what nobody here has heard of, is followed step by step.', async () => {
  const { orderId } = await start({ amount: rub('5000') });
  moneywall.sandbox.control.withholdWebhooks('moneywall');
  const change = await moved(async () => {
    moneywall.act('session.authorize', { order: orderId });
    moneywall.act('session.charge', { order: orderId });
    moneywall.act('session.refund', { order: orderId });
    await askNow(orderId);
    const ended = await until(orderId, 'REFUNDED');
    expect(ended.timeline.map(({ to, source }) => [to, source])).toEqual([
      ['PROCESSING', 'PROVIDER_ANSWER'],
      ['AUTHORIZED', 'POLL'],
      ['CHARGED', 'POLL'],
      ['REFUNDED', 'POLL'],
    ]);
  });
  expect(change).toEqual({});
  // calls that come after all, the wrong way round, change nothing
  moneywall.sandbox.control.releaseWebhooks('moneywall', 'reverse');
  const receipts = () => gateway.deps.db.prisma.webhookReceipt.count({ where: { handledAt: null } });
  await expect.poll(receipts, { timeout: 20_000 }).toBe(0);
  expect(steps(await until(orderId, 'REFUNDED'))).toHaveLength(4);
});

test('Whoever watches a session sees each of its states once, in order, and the end of the stream.', async () => {
  const { id, orderId } = await start();
  const watched = watch(id);
  expect((await watched.next()).creditSessionUpdated.state).toBe('PROCESSING');
  moneywall.act('session.authorize', { order: orderId });
  expect((await watched.next()).creditSessionUpdated).toMatchObject({
    state: 'AUTHORIZED',
    refundable: { amount: '10000.00' },
  });
  done(await refund(orderId, '4000'), 'CreditSessionRefundSuccess');
  expect((await watched.next()).creditSessionUpdated).toMatchObject({
    state: 'AUTHORIZED',
    refunded: { amount: '4000.00' },
  });
  await tellByCallsOnly(gateway, id);
  moneywall.act('session.charge', { order: orderId });
  done(await refund(orderId, '6000'), 'CreditSessionRefundSuccess');
  const rest: [string, string][] = [];
  for await (const { creditSessionUpdated: seen } of watched.rest()) rest.push([seen.state, seen.refunded.amount]);
  expect(rest).toEqual([
    ['AUTHORIZED', '10000.00'],
    ['CHARGED', '10000.00'],
    ['REFUNDED', '10000.00'],
  ]);
});

test('Sessions are listed newest first, by state, and found by their id, by the order’s, and as a node.', async () => {
  const first = await start();
  const second = await start();
  moneywall.act('session.cancel', { order: first.orderId });
  await until(first.orderId, 'CANCELLED');
  const list = async (states?: ('PROCESSING' | 'CANCELLED')[], after?: string) =>
    (await call(CreditSessionsDocument, { first: 1, states, after })).creditSessions;
  const newest = await list();
  expect(newest.edges.map(({ node }) => node.id)).toEqual([second.id]);
  expect((await list(undefined, newest.pageInfo.endCursor ?? '')).edges[0]?.node.id).toBe(first.id);
  expect((await list(['CANCELLED'])).edges[0]?.node.id).toBe(first.id);
  expect((await call(CreditSessionDocument, { id: second.id })).creditSession?.orderId).toBe(second.orderId);
  const document = 'query Node($id: ID!) { node(id: $id) { __typename id } }';
  const { data } = await gateway.query(apiKey, document, { id: second.id });
  expect(data).toEqual({ node: { __typename: 'CreditSession', id: second.id } });
});
