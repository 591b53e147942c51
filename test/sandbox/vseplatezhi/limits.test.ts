import { describe, expect, it } from 'vitest';
import { Bench, bare, golden, refused, rich } from './support.ts';

/** Limits (section 3.6): read, lowered, held. */

const bench = new Bench();
const DAY = 86_400_000;
const limits = async (wallet = golden) => (await bench.get(`/${wallet}/limit`)).json;
const set = (operationLimits: unknown, wallet = golden) => bench.post(`/${wallet}/limit`, { operationLimits });
const all = (oneTimeLimit: number, monthLimit: number) => ({ oneTimeLimit, monthLimit, enabled: true });

describe('limits.get', () => {
  it('V-11: those of the system', async () => {
    const { status, text } = await bench.get(`/${golden}/limit`);
    expect(status).toBe(200);
    expect(text).toContain('"CREDIT":{"oneTimeLimit":15000.00,"monthLimit":40000.00,"enabled":true');
    expect(JSON.parse(text)).toEqual({
      operationLimits: {
        CREDIT: { ...all(15_000, 40_000), operationType: 'CREDIT' },
        PAYMENT: { ...all(15_000, 40_000), operationType: 'PAYMENT' },
        DEBIT: { ...all(15_000, 40_000), operationType: 'DEBIT' },
      },
      balanceLimit: 15_000,
    });
  });

  it.each([
    ['1', 60_000, 60_000, 200_000],
    ['2', 600_000, 600_000, 600_000],
  ])('level %s', async (level, balanceLimit, oneTime, month) => {
    await bench.post(`/${golden}/identification/${level}`);
    expect(await limits()).toMatchObject({ balanceLimit, operationLimits: { DEBIT: all(oneTime, month) } });
  });
});

describe('limits.set', () => {
  it('V-12: what is not named stays', async () => {
    const sent = {
      PAYMENT: { ...all(5000, 20_000), operationType: 'PAYMENT' },
      DEBIT: { enabled: false, operationType: 'DEBIT' },
    };
    const { status, json } = await set(sent);
    expect(status).toBe(200);
    expect(json).toEqual({
      operationLimits: {
        CREDIT: { ...all(15_000, 40_000), operationType: 'CREDIT' },
        PAYMENT: { ...all(5000, 20_000), operationType: 'PAYMENT' },
        DEBIT: { ...all(15_000, 40_000), enabled: false, operationType: 'DEBIT' },
      },
      balanceLimit: 15_000,
    });
    expect(await limits()).toEqual(json);
    await set({ PAYMENT: { monthLimit: '100.50' } });
    expect((await limits()).operationLimits.PAYMENT).toMatchObject(all(5000, 100.5));
  });

  it('nothing goes above the system, and then nothing at all is set', async () => {
    const before = await limits();
    const answer = await set({ CREDIT: { oneTimeLimit: 1 }, PAYMENT: { oneTimeLimit: 15_000.01, monthLimit: 40_001 } });
    expect(answer).toMatchObject(refused('LIMIT_ABOVE_SYSTEM'));
    expect(Object.keys(answer.json.fieldErrors)).toEqual([
      'operationLimits.PAYMENT.oneTimeLimit',
      'operationLimits.PAYMENT.monthLimit',
    ]);
    expect(await limits()).toEqual(before);
  });

  it('a lower level cuts what was set', async () => {
    await bench.post(`/${golden}/identification/2`);
    await set({ PAYMENT: { oneTimeLimit: 50_000 } });
    await bench.post(`/${golden}/identification/0`);
    expect((await limits()).operationLimits.PAYMENT.oneTimeLimit).toBe(15_000);
  });

  it.each<[operationLimits: unknown]>([
    [undefined],
    [null],
    [[]],
    [{ REFUND: {} }],
    [{ PAYMENT: null }],
    [{ PAYMENT: 5 }],
    [{ PAYMENT: { operationType: 'DEBIT' } }],
    [{ PAYMENT: { enabled: 'true' } }],
    [{ PAYMENT: { oneTimeLimit: -1 } }],
    [{ CREDIT: { oneTimeLimit: 1 }, DEBIT: { monthLimit: 1.001 } }],
  ])('%j is 400, and nothing is set', async (operationLimits) => {
    const before = await limits();
    expect(await set(operationLimits)).toMatchObject(bare(400));
    expect(await limits()).toEqual(before);
  });
});

describe('limits hold', () => {
  it.each([
    ['PAYMENT', () => bench.pay(100)],
    ['DEBIT', () => bench.withdraw(100)],
    ['CREDIT', () => bench.post(`/${golden}/refill`, { amount: 100 })],
  ])('%s: switched off, one operation, at the limit', async (type, run) => {
    await bench.unmoved(async () => {
      await set({ [type]: { enabled: false } });
      expect(await run()).toMatchObject(refused('OPERATION_DISABLED'));
      await set({ [type]: { enabled: true, oneTimeLimit: 99.99 } });
      expect(await run()).toMatchObject(refused('ONE_TIME_LIMIT_EXCEEDED'));
      await set({ [type]: { oneTimeLimit: 100, monthLimit: 99.99 } });
      expect(await run()).toMatchObject(refused('MONTH_LIMIT_EXCEEDED'));
      await set({ [type]: { monthLimit: 100 } });
    });
    expect((await run()).status).toBe(200);
  });

  it('a month counts its own sums, less what came back, and ends', async () => {
    await set({ PAYMENT: { monthLimit: 150 } });
    await bench.pay(100);
    await bench.unmoved(async () => expect(await bench.pay(100)).toMatchObject(refused('MONTH_LIMIT_EXCEEDED')));
    expect((await bench.withdraw(100)).status).toBe(200);
    bench.act('payment.undo', { id: bench.operationIds().at(-2) });
    expect((await bench.pay(150)).status).toBe(200);
    await bench.pass(31 * DAY);
    expect((await bench.pay(150)).status).toBe(200);
  });

  it('the provider changes limits of a level, or of one wallet', async () => {
    bench.act('limits.system', { level: 'ELEMENTARY', oneTime: 50 });
    await bench.unmoved(async () => expect(await bench.pay(51)).toMatchObject(refused('ONE_TIME_LIMIT_EXCEEDED')));
    expect(await limits()).toMatchObject({ balanceLimit: 15_000, operationLimits: { DEBIT: all(50, 40_000) } });
    bench.act('wallet.limits', { wallet: '9161112233', balance: '1000000', month: 700_000 });
    expect(await limits(rich)).toMatchObject({
      balanceLimit: 1_000_000,
      operationLimits: { DEBIT: all(600_000, 700_000) },
    });
  });
});
