import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CreditOrder, CreditSessions } from '../../../src/connectors/credit-sessions.ts';
import { moneywall } from '../../../src/connectors/moneywall/index.ts';
import { webhooksCapability } from '../../../src/connectors/moneywall/webhook.ts';
import type { InboundVerdict } from '../../../src/connectors/webhooks.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';
import { type Bench, openBench } from '../kit.ts';
import { fileOf, issued, required, rub, SECRET, TOKEN, wholeOrder } from './golden.ts';

/** The connector against the emulator, which was written from the same documents and shares no code with it. */

let sandbox: Sandbox;
let bench: Bench;
/** What the connector made of each call to the addresses that it had given. */
const heard: InboundVerdict[] = [];
const gateway = createServer(({ method = '', url = '' }, answer) => {
  const { searchParams: query } = new URL(url, 'http://gateway');
  const verdict = webhooksCapability.receive({ method, path: '', query, headers: {}, body: new Uint8Array() }, SECRET);
  heard.push(verdict);
  answer.writeHead(verdict.reply.status).end(verdict.reply.body);
});

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  sandbox.control.reset();
  heard.length = 0;
  act('settings', { strict: true });
});
afterEach(() => bench.close());
afterAll(async () => {
  await sandbox.close();
  await new Promise((resolve) => gateway.close(resolve));
});

const act = (action: string, input?: object) => sandbox.control.act('moneywall', action, input);
const HOUR = 3_600_000;
const AMOUNT = rub(1_000_000n);
const asked = { orderId: wholeOrder.orderId, amount: AMOUNT };

function sessions(settings: Record<string, string> = {}): CreditSessions {
  const baseUrl = `${sandbox.url}/moneywall`;
  bench = openBench({ definition: moneywall, settings: { baseUrl, token: TOKEN, ...settings } });
  return required(bench.connector.creditSessions);
}

function orderNow(change: Partial<CreditOrder> = {}): CreditOrder {
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/webhooks/moneywall/pac_1`;
  const expiresAt = new Date(sandbox.control.now().getTime() + HOUR);
  return { ...wholeOrder, callback: { url, token: SECRET }, expiresAt, ...change };
}

/** A session whose agreement is open, and what it is asked by. */
async function authorized(): Promise<CreditSessions> {
  const credit = sessions();
  expect(await credit.start(bench.call, orderNow())).toMatchObject({ kind: 'accepted' });
  act('session.authorize', { order: wholeOrder.orderId });
  return credit;
}

const refund = (credit: CreditSessions, minor: bigint) =>
  credit.refund(bench.call, { orderId: wholeOrder.orderId, amount: rub(minor) });
const shown = () => act('session', { order: wholeOrder.orderId }) as { state: string; refunds: unknown[] };
const fault = (operation: string, when: 'before' | 'after') =>
  sandbox.control.fault({ provider: 'moneywall', operation, kind: 'close', when });

test('A strict lender takes the whole order, shows its page, and tells its state', async () => {
  const { start, ask } = sessions();
  const outcome = await start(bench.call, orderNow());
  const frameUrl = outcome.kind === 'accepted' ? outcome.value.frameUrl : '';
  expect((await fetch(frameUrl)).headers.get('content-type')).toContain('text/html');
  expect(await ask(bench.call, asked)).toMatchObject({ state: 'PROCESSING', refunded: rub(0n) });
  expect(await start(bench.call, orderNow())).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'CONFLICT' } });
  expect(await ask(bench.call, { ...asked, orderId: 'another' })).toBeNull();
});

test.each([
  ['session.authorize', 'APPROVED', 'AUTHORIZED'],
  ['session.cancel', 'REFUSED', 'CANCELLED'],
])('After %s the lender calls an address of ours with %s, and the state is %s', async (action, decision, state) => {
  const { start, ask } = sessions();
  await start(bench.call, orderNow());
  act(action, { order: wholeOrder.orderId });
  await sandbox.control.idle();
  expect(heard).toMatchObject([{ kind: 'news', news: { kind: 'creditSession', orderId: 'vpih-234lgh', decision } }]);
  expect(await ask(bench.call, asked)).toMatchObject({ state });
});

test('Refunds in part leave the state; the rest voids it before 24 hours, and then nothing more is given back', async () => {
  const credit = await authorized();
  expect(await refund(credit, 100_050n)).toEqual({ kind: 'accepted', value: null });
  expect(await credit.ask(bench.call, asked)).toMatchObject({ state: 'AUTHORIZED', refunded: null });
  expect(await refund(credit, 899_951n)).toMatchObject({ kind: 'rejected', refusal: { httpStatus: 422 } });
  sandbox.control.advance(credit.voidableMs - 1_000);
  expect(await refund(credit, 899_950n)).toMatchObject({ kind: 'accepted' });
  expect(await credit.ask(bench.call, asked)).toMatchObject({ state: 'VOIDED', refunded: AMOUNT });
  expect(await refund(credit, 1n)).toMatchObject({ kind: 'rejected', refusal: { remedy: 'CHANGE_INPUT' } });
  expect(shown().refunds).toHaveLength(2);
});

test('After 24 hours it is charged, and a refund in full repays it', async () => {
  const credit = await authorized();
  sandbox.control.advance(credit.voidableMs);
  expect(await credit.ask(bench.call, asked)).toMatchObject({ state: 'CHARGED', refunded: null });
  expect(await refund(credit, AMOUNT.minor)).toMatchObject({ kind: 'accepted' });
  expect(await credit.ask(bench.call, asked)).toMatchObject({ state: 'REFUNDED', refunded: AMOUNT });
});

test('A refund whose answer is lost is carried out once; the state proves it when it is in full, and not in part', async () => {
  const credit = await authorized();
  fault('MW-4', 'after');
  expect(await refund(credit, 100_000n)).toMatchObject({ kind: 'unknown', why: 'CONNECTION_LOST' });
  expect(shown().refunds).toHaveLength(1);
  expect(await credit.ask(bench.call, asked)).toMatchObject({ state: 'AUTHORIZED', refunded: null });
  fault('MW-4', 'after');
  expect(await refund(credit, 900_000n)).toMatchObject({ kind: 'unknown' });
  expect(await credit.ask(bench.call, asked)).toMatchObject({ state: 'VOIDED', refunded: AMOUNT });
  expect(shown().refunds).toHaveLength(2);
});

test('A start whose answer is lost is asked about; one that never arrived is made again under the same number', async () => {
  const { start, ask } = sessions();
  fault('MW-1', 'before');
  expect(await start(bench.call, orderNow())).toMatchObject({ kind: 'unknown' });
  expect(await ask(bench.call, asked)).toBeNull();
  fault('MW-1', 'after');
  expect(await start(bench.call, orderNow())).toMatchObject({ kind: 'unknown' });
  expect(await ask(bench.call, asked)).toMatchObject({ state: 'PROCESSING' });
  expect(await start(bench.call, orderNow())).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'CONFLICT' } });
});

test('Several tickets arrive with their files, once however often they are sent', async () => {
  const credit = await authorized();
  const content = Buffer.alloc(3_000_000, 'receipt');
  const tickets = {
    ...issued,
    orderId: wholeOrder.orderId,
    tickets: [
      { number: '421-288879826', receipt: fileOf('first.pdf') },
      { number: '421-288879827', receipt: fileOf('вторая.docx', content) },
    ],
    transactionLetter: fileOf('letter.txt', 'dear sirs'),
  };
  fault('MW-2', 'after');
  expect(await credit.attachTickets(bench.call, tickets)).toMatchObject({ kind: 'unknown' });
  expect(await credit.attachTickets(bench.call, tickets)).toEqual({ kind: 'accepted', value: null });
  const kept = JSON.stringify(shown());
  for (const text of ['421-288879826', 'вторая.docx', createHash('sha256').update(content).digest('hex')])
    expect(kept.split(text)).toHaveLength(2);
  const stranger = { ...tickets, orderId: 'another' };
  expect(await credit.attachTickets(bench.call, stranger)).toMatchObject({
    kind: 'rejected',
    refusal: { httpStatus: 404 },
  });
});

test('A token that is not the partner’s opens nothing', async () => {
  const { start, ask, attachTickets } = sessions({ token: 'guessed' });
  expect(await start(bench.call, orderNow())).toMatchObject({ kind: 'rejected', refusal: { httpStatus: 401 } });
  await expect(ask(bench.call, asked)).rejects.toMatchObject({ refusal: { httpStatus: 401 } });
  const receipt = fileOf('a.pdf', Buffer.alloc(7_000_000, 7));
  const outcome = await attachTickets(bench.call, { ...issued, tickets: [{ number: '123', receipt }] });
  expect(outcome).toMatchObject({ kind: 'rejected', refusal: { httpStatus: 401 } });
});

test('Where the lender has the operations of other editions, it tells the states of a period and checks beforehand', async () => {
  expect([sessions().states, sessions().precheck]).toEqual([undefined, undefined]);
  act('settings', { otherEditions: true });
  const { start, states, precheck } = sessions({ statesEndpoint: 'true' });
  await start(bench.call, orderNow());
  const now = sandbox.control.now().getTime();
  const span = { from: new Date(now - HOUR), till: new Date(now + HOUR) };
  expect(await states?.(bench.call, span)).toEqual([
    { orderId: 'vpih-234lgh', state: 'PROCESSING', providerState: 'processing' },
  ]);
  const { phone, email, amount, product } = wholeOrder;
  const application = {
    phone,
    email,
    amount,
    registeredOn: '2020-01-31',
    ordersCompleted: 2,
    product: required(product),
  };
  expect(await precheck?.(bench.call, application)).toEqual({ approved: true });
  act('settings', { precheck: 'declined' });
  expect(await precheck?.(bench.call, application)).toEqual({ approved: false });
});
