import { describe, expect, test } from 'vitest';
import { ResolveCreditRefundDocument, StartCreditSessionDocument } from '../../schema/operations.ts';
import { startTestApp } from '../support/app.ts';
import { done, unique } from '../support/builders.ts';
import { type CallFault, callFaults, PATIENCE } from '../support/call-faults.ts';
import { credit, creditBooks, order, pdf, startMoneywall } from '../support/moneywall.ts';
import { run } from '../support/operations.ts';
import { freePort } from '../support/qiwi.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** Each write at a lender, and each fault of it: nothing is lost, nothing is done twice, and whoever asks again learns what became of it. */

const gateway = await startTestApp({ env: { PORT: await freePort() }, patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const moneywall = await startMoneywall(gateway, partnerId);
const { askNow, attach, authorized, of, refund, start, until } = credit(gateway, apiKey, call, moneywall);
const { control } = moneywall.sandbox;

/** Does the work while one call of an operation meets a fault. @returns the answer, and what lets a call that is held go on */
async function through<T>(operation: string, fault: CallFault, work: () => Promise<T>) {
  control.fault({ provider: 'moneywall', operation, times: 1, ...fault });
  const answer = await work();
  return { answer, letGo: () => control.releaseAnswers() };
}

const acted = ({ when, kind }: CallFault): boolean => when === 'after' && kind !== undefined;
const actsLater = ({ when, kind }: CallFault): boolean => when === 'before' && kind === 'hold';

describe('A start', () => {
  test.each(callFaults)('whose call %s.', async (_title, fault) => {
    const books = await creditBooks(gateway, partnerId);
    const input = order();
    const send = async () => (await call(StartCreditSessionDocument, { input })).creditSessionStart;
    const { answer, letGo } = await through('MW-1', fault, send);
    expect(answer).toMatchObject({ __typename: 'ProviderUnavailableError' });
    const again = await send();
    if (acted(fault)) {
      // the session is there, its page is lost: another order takes its place, and this one is followed to its end
      expect(again).toMatchObject({ __typename: 'ProviderRejectedError', remedy: 'CHANGE_INPUT' });
      expect(await of(input.orderId)).toMatchObject({ state: 'PROCESSING', frameUrl: null, reference: null });
      expect((await start()).frameUrl).toMatch(/^http/);
      moneywall.act('session.cancel', { order: input.orderId, as: 'abandoned' });
      await until(input.orderId, 'CANCELLED');
    } else {
      expect(done(again, 'CreditSessionStartSuccess')).toMatchObject({ replayed: false });
      expect(done(await send(), 'CreditSessionStartSuccess').replayed).toBe(true);
      letGo();
      moneywall.act('session.authorize', { order: input.orderId });
      await until(input.orderId, 'AUTHORIZED');
      done(await refund(input.orderId, '10000'), 'CreditSessionRefundSuccess');
    }
    expect(moneywall.sessions(input.orderId)).toHaveLength(1);
    expect(await creditBooks(gateway, partnerId)).toMatchObject(books);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });

  test('that is repeated while its call is on its way is told to wait; the shop sees one session.', async () => {
    const input = order();
    const send = async () => (await call(StartCreditSessionDocument, { input })).creditSessionStart;
    control.fault({ provider: 'moneywall', operation: 'MW-1', times: 1, kind: 'hold', when: 'after' });
    const first = send();
    await expect.poll(() => moneywall.sessions(input.orderId).length).toBe(1);
    expect(await send()).toMatchObject({ __typename: 'ProviderUnavailableError', retryAt: expect.any(String) });
    control.releaseAnswers();
    const { session } = done(await first, 'CreditSessionStartSuccess');
    expect(done(await send(), 'CreditSessionStartSuccess')).toMatchObject({
      replayed: true,
      session: { id: session.id },
    });
  });

  test('that arrives just before its repetition takes the order: the second is refused, and the first’s page is lost.', async () => {
    const input = order();
    const send = async () => (await call(StartCreditSessionDocument, { input })).creditSessionStart;
    control.fault({ provider: 'moneywall', operation: 'MW-1', times: 2, kind: 'hold', when: 'before' });
    expect(await send()).toMatchObject({ __typename: 'ProviderUnavailableError' });
    const second = send();
    await expect.poll(() => control.heldAnswers(), { timeout: 5_000 }).toBe(2);
    control.releaseAnswers();
    expect(await second).toMatchObject({ __typename: 'ProviderRejectedError', remedy: 'CHANGE_INPUT' });
    expect(moneywall.sessions(input.orderId)).toHaveLength(1);
    expect(await of(input.orderId)).toMatchObject({ state: 'PROCESSING', frameUrl: null });
  });

  test('whose gateway dies before the answer is asked about by the next one; the page is lost, the session is not.', async () => {
    const input = order();
    const { prisma } = gateway.deps.db;
    const send = async () => (await call(StartCreditSessionDocument, { input })).creditSessionStart;
    const { answer } = await through('MW-1', { kind: 'close', when: 'after' }, send);
    expect(answer).toMatchObject({ __typename: 'ProviderUnavailableError' });
    // as a process leaves it that has died: its call may still be on its way, and no job was told of the end
    const where = { orderId: input.orderId };
    const { id } = await prisma.creditSession.findFirstOrThrow({ where });
    await prisma.$executeRaw`DELETE FROM graphile_worker._private_jobs WHERE key = ${`follow-credit-session:${id}`}`;
    await prisma.creditSession.update({ where: { id }, data: { callUntil: new Date(Date.now() + 30_000) } });
    expect(await send()).toMatchObject({ __typename: 'ProviderUnavailableError', retryAt: expect.any(String) });
    await gateway.restart();
    await gateway.deps.db.prisma.creditSession.update({ where: { id }, data: { callUntil: new Date() } });
    expect(await send()).toMatchObject({ __typename: 'ProviderRejectedError', remedy: 'CHANGE_INPUT' });
    expect((await of(input.orderId)).state).toBe('PROCESSING');
    expect(moneywall.sessions(input.orderId)).toHaveLength(1);
  });

  test('of which nothing has come leaves nothing: ten minutes later its order is free for other input.', async () => {
    const input = order();
    const fault: CallFault = { kind: 'close', when: 'before' };
    const { answer } = await through('MW-1', fault, () => call(StartCreditSessionDocument, { input }));
    expect(answer.creditSessionStart).toMatchObject({ __typename: 'ProviderUnavailableError' });
    const where = { orderId: input.orderId };
    const { prisma } = gateway.deps.db;
    expect(
      (await call(StartCreditSessionDocument, { input: { ...input, email: 'other@shop.example' } })).creditSessionStart,
    ).toMatchObject({ __typename: 'ConflictError' });
    await prisma.creditSession.updateMany({ where, data: { calledAt: new Date(Date.now() - 601_000) } });
    await askNow(input.orderId);
    await expect.poll(() => prisma.creditSession.count({ where }), { timeout: 20_000 }).toBe(0);
    const other = { input: { ...input, email: 'other@shop.example' } };
    done((await call(StartCreditSessionDocument, other)).creditSessionStart, 'CreditSessionStartSuccess');
  });
});

describe('A refund in part', () => {
  test.each(callFaults)('whose call %s.', async (_title, fault) => {
    const before = await creditBooks(gateway, partnerId);
    const { orderId } = await authorized();
    const books = await creditBooks(gateway, partnerId);
    const key = unique('part');
    const { answer, letGo } = await through('MW-4', fault, () => refund(orderId, '4000', key));
    const { refund: unclear } = done(answer, 'CreditSessionRefundSuccess');
    if (fault.kind === 'garbage') {
      // the status says it, and no body is documented
      expect(unclear.outcome).toBe('ACCEPTED');
      expect((await of(orderId)).refundable.amount).toBe('6000.00');
      return;
    }
    expect(unclear.outcome).toBe('UNKNOWN');
    expect(await creditBooks(gateway, partnerId)).toEqual(books);
    letGo();
    const isDone = acted(fault) || actsLater(fault);
    const there = () => moneywall.sessions(orderId)[0]?.refunds.map(({ amount }) => amount);
    await expect.poll(there).toEqual(isDone ? ['4000.00'] : []);
    expect(done(await refund(orderId, '4000', key), 'CreditSessionRefundSuccess').refund.outcome).toBe('UNKNOWN');
    expect(there()).toEqual(isDone ? ['4000.00'] : []);
    const outcome = isDone ? ('COMPLETED' as const) : ('DECLINED' as const);
    const input = { refundId: unclear.id, outcome, evidence: 'The lender’s statement.' };
    const ruled = await call(ResolveCreditRefundDocument, { input });
    const { creditSession } = done(ruled.creditRefundResolve, 'CreditRefundResolveSuccess');
    const left = isDone ? '6000' : '10000';
    expect(creditSession.refundable.amount).toBe(`${left}.00`);
    expect(done(await refund(orderId, left), 'CreditSessionRefundSuccess').session.state).toBe('VOIDED');
    expect(await creditBooks(gateway, partnerId)).toMatchObject(before);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});

describe('A refund of all', () => {
  test.each(callFaults)('whose call %s.', async (_title, fault) => {
    const before = await creditBooks(gateway, partnerId);
    const { orderId, id } = await authorized();
    const { answer, letGo } = await through('MW-4', fault, () => refund(orderId, '10000'));
    const known = fault.kind === 'garbage' ? 'ACCEPTED' : 'UNKNOWN';
    expect(done(answer, 'CreditSessionRefundSuccess').refund.outcome).toBe(known);
    letGo();
    if (!acted(fault) && !actsLater(fault)) {
      await gateway.deps.db.pool.query(
        `UPDATE credit_refund SET created_at = created_at - interval '11 minutes' WHERE session_id = $1`,
        [id],
      );
      await askNow(orderId);
      const first = async () => (await of(orderId)).refunds[0]?.outcome;
      await expect.poll(first, { timeout: 20_000 }).toBe('REJECTED');
      expect(moneywall.sessions(orderId)[0]?.refunds).toEqual([]);
      done(await refund(orderId, '10000'), 'CreditSessionRefundSuccess');
    }
    const ended = await until(orderId, 'VOIDED');
    expect(ended.refunds.at(-1)?.outcome).toBe('ACCEPTED');
    expect(moneywall.sessions(orderId)).toMatchObject([{ state: 'voided', refunds: [{ amount: '10000.00' }] }]);
    expect(await creditBooks(gateway, partnerId)).toMatchObject(before);
    expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);
  });
});

describe('Tickets', () => {
  test.each(callFaults)('whose call %s.', async (_title, fault) => {
    const { orderId } = await authorized('100');
    const list = [{ number: '421-288879826', receipt: pdf('Ivanov.pdf') }];
    const { answer, letGo } = await through('MW-2', fault, () => attach(orderId, list));
    // of garbage the status says that it was done, and no body is documented
    const known = fault.kind === 'garbage';
    const name = known ? 'CreditSessionAttachTicketsSuccess' : 'ProviderUnavailableError';
    expect(answer.data?.creditSessionAttachTickets).toMatchObject({ __typename: name });
    expect((await of(orderId)).tickets).toHaveLength(known ? 1 : 0);
    letGo();
    expect((await attach(orderId, list)).data?.creditSessionAttachTickets).toMatchObject({
      session: { tickets: [{ number: '421-288879826', receiptName: 'Ivanov.pdf' }] },
    });
    expect(moneywall.sessions(orderId)[0]?.tickets).toHaveLength(1);
  });
});
