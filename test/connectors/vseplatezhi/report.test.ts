import { describe, expect, test } from 'vitest';
import type { HistoryQuery } from '../../../src/connectors/records.ts';
import { present } from '../../../src/lib/assert.ts';
import type { Script } from '../stub.ts';
import { answerOf, documented, MERCHANT, rub, sent } from './golden.ts';
import { bench, calls, open, play, reportOf, stub, withStub } from './play.ts';

withStub();

const history = () => present(bench.connector.history, 'history');
const list = (query: HistoryQuery = {}) => history().list(bench.call, query);
const whole: HistoryQuery = { from: new Date('2024-06-30T21:00:00Z'), to: new Date('2024-07-10T20:59:59.900Z') };

/** A wallet's history behind the report, newest first; answers pages as they are asked for. */
function ledger(lines: Parameters<typeof reportOf>, meanwhile: (page: number) => void = () => undefined) {
  stub.play((request) => {
    if (request.url === '/oauth/token') return answerOf('V-13');
    const query = new URL(request.url, 'http://x').searchParams;
    const [page, size] = [Number(query.get('page')), Number(query.get('size'))];
    const bound = (name: string) => query.get(name)?.replace(/ (\d\d)-(\d\d)-(\d\d)$/, ' $1:$2:$3');
    const [from = '', to = '9'] = [bound('dateFrom'), bound('dateTo')];
    const asked = lines.filter(([, date]) => date >= from && date <= to);
    const answer: Script = reportOf(...asked.slice(page * size, (page + 1) * size));
    meanwhile(page);
    return answer;
  });
}
const payments = (count: number, date: (index: number) => string): Parameters<typeof reportOf> =>
  Array.from({ length: count }, (_, index) => ['PAYMENT', date(index), '10.00', MERCHANT]);
/** One in each second, newest first. */
const spread = (index: number) =>
  `2024-07-09 ${String(23 - Math.floor(index / 3600)).padStart(2, '0')}:${String(59 - (Math.floor(index / 60) % 60)).padStart(2, '0')}:${String(59 - (index % 60)).padStart(2, '0')}`;

describe('The report as a history', () => {
  test('V-05: all filters, and a line with its receiver', async () => {
    open();
    play(answerOf('V-05'));
    const { items, next } = await list({
      ...whole,
      kinds: ['PAYOUT'],
      amountMin: rub(100n),
      amountMax: rub(500_000n),
      direction: 'OUT',
    });
    expect(next).toBeNull();
    expect(items).toEqual([
      expect.objectContaining({
        reference: expect.stringMatching(/^PAYMENT-20240709140531-125050-[0-9a-f]{12}-1$/),
        clientId: null,
        kind: 'PAYOUT',
        status: 'COMPLETED',
        direction: 'OUT',
        amount: rub(125_050n),
        description: 'Payment for services',
        destination: { kind: 'MERCHANT', reference: MERCHANT, name: 'Payment for services', logoUrl: null },
        createdAt: new Date('2024-07-09T11:05:31Z'),
      }),
    ]);
    // a payout is one of two types, and the provider takes one
    const { path, ...rest } = documented('V-05');
    expect(sent(calls()[0])).toEqual({ ...rest, path: path.replace('&operationType=PAYMENT', '') });
  });

  test('One type goes as the provider’s own word; times with colons are a setting', async () => {
    open({ colonTimes: 'true' });
    play(reportOf());
    await list({ ...whole, kinds: ['TOP_UP'] });
    expect(calls()[0]?.url).toMatch(
      /dateFrom=2024-07-01%2000%3A00%3A00&dateTo=.*&operationType=CREDIT&page=0&size=100$/,
    );
    await list({ kinds: ['REFUND'] });
    expect(calls()[1]?.url).toMatch(/report\?operationType=REFUND&page=0&size=100$/);
  });

  test('What this provider never has is not asked for', async () => {
    open();
    play(reportOf());
    for (const query of [
      { kinds: ['TRANSFER'] },
      { statuses: ['DECLINED'] },
      { kinds: ['TOP_UP'], direction: 'OUT' },
      { sources: [{ kind: 'CARD' }] },
    ] satisfies HistoryQuery[])
      expect(await list(query)).toEqual({ items: [], next: null });
    expect(stub.seen).toEqual([]);
  });

  test('Types are kinds with a direction; what is in no table is logged and proves nothing', async () => {
    open();
    play(
      reportOf(
        ['CREDIT', '2024-07-09 14:00:04', '1.00'],
        ['DEBIT', '2024-07-09 14:00:03', '-2.00'],
        ['REFUND', '2024-07-09 14:00:02', '"3.00"'],
        ['GIFT', '2024-07-09 14:00:01', '4.00'],
        ['CREDIT', '2024-07-09 14:00:00', '-5.00'],
      ),
    );
    const { items } = await list();
    expect(items.map(({ kind, direction, status, amount }) => [kind, direction, status, amount.minor])).toEqual([
      ['TOP_UP', 'IN', 'COMPLETED', 100n],
      ['PAYOUT', 'OUT', 'COMPLETED', 200n],
      ['REFUND', 'IN', 'COMPLETED', 300n],
      ['PAYOUT', null, 'UNKNOWN', 400n],
      ['TOP_UP', null, 'UNKNOWN', -500n],
    ]);
    expect(bench.log.filter((line) => line.includes('unmapped')).length).toBe(2);
  });

  test('A single operation in place of a list, and a receiver under the other name (traps T-09, T-10)', async () => {
    open();
    const line = { operationType: 'PAYMENT', operationDate: '2024-07-09 14:05:31', tsp: 'shop-1' };
    play({ status: 200, body: JSON.stringify({ content: line }).replace('"tsp"', '"amount":12.5,"tsp"') });
    const { items } = await list();
    expect(items).toMatchObject([{ amount: rub(1_250n), destination: { kind: 'MERCHANT', reference: 'shop-1' } }]);
  });
});

describe('References of lines', () => {
  test('Equal lines are told apart, and keep their references whatever is read', async () => {
    open();
    const lines: Parameters<typeof reportOf> = [
      ['CREDIT', '2024-07-09 14:05:32', '10.00'],
      ...payments(3, () => '2024-07-09 14:05:31'),
      ['PAYMENT', '2024-07-09 14:05:31', '10.00', 'another'],
    ];
    ledger(lines);
    const references = (await list()).items.map(({ reference }) => reference);
    expect(new Set(references).size).toBe(5);
    const second = new Date('2024-07-09T11:05:31Z');
    ledger(lines.slice(1));
    const again = (await list({ from: second, to: second, direction: 'OUT' })).items.map(({ reference }) => reference);
    expect(again).toEqual(references.slice(1));

    const third = present(references[3], 'the third of them');
    expect(await history().get?.(bench.call, third)).toMatchObject({ reference: third, amount: rub(1_000n) });
    expect(calls().at(-1)?.url).toMatch(
      /dateFrom=2024-07-09%2014-05-31&dateTo=2024-07-09%2014-05-31&operationType=PAYMENT&amountFrom=10.00&amountTo=10.00/,
    );
    expect(await history().get?.(bench.call, third, 'IN')).toBeNull();
    expect(await history().get?.(bench.call, third.replace(/-3$/, '-4'))).toBeNull();
  });

  test('The lines of two wallets are never one', async () => {
    open();
    ledger([['CREDIT', '2024-07-09 14:05:32', '10.00']]);
    const [mine] = (await list()).items;
    const other = { number: 'x', credentials: { walletId: '3b9f6a52-7c1e-4d0a-9f4e-2a6d5c8b7e11' } };
    const [theirs] = (await history().list({ ...bench.call, wallet: other }, {})).items;
    expect(mine?.reference).not.toBe(theirs?.reference);
  });

  test.each([
    ['d2c7a8f1-5e64-4b39-a0d3-91f8b6e4c725'],
    ['1720522800000'],
    ['CREDIT-20249909140532-1000-0123456789ab-1'],
  ])('%s is the reference of no line, and is not asked for', async (reference) => {
    open();
    play(reportOf());
    expect(await history().get?.(bench.call, reference)).toBeNull();
    expect(stub.seen).toEqual([]);
  });
});

describe('Paging', () => {
  test('A history of many pages is read through to its end, once each line', async () => {
    open();
    ledger(payments(1_234, spread));
    const seen: string[] = [];
    let cursor: string | undefined;
    let lists = 0;
    do {
      const page = await list({ ...whole, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map(({ reference }) => reference));
      cursor = page.next ?? undefined;
      lists += 1;
    } while (cursor);
    expect([seen.length, new Set(seen).size, lists]).toEqual([1_234, 1_234, 3]);
  });

  test('A second with more lines than a page is read whole', async () => {
    open();
    ledger([
      ...payments(30, spread),
      ...payments(250, () => '2024-07-09 14:05:31'),
      ...payments(1, () => '2024-07-09 14:05:30'),
    ]);
    const first = await list({ pageSize: 20 });
    expect([first.items.length, first.next]).toEqual([19, '2024-07-09T20:59:40.000Z']);
    const second = await list({ pageSize: 20, cursor: present(first.next, 'the next page') });
    expect([second.items.length, second.next]).toEqual([11, '2024-07-09T11:05:31.000Z']);
    const third = await list({ pageSize: 20, cursor: present(second.next, 'the next page') });
    expect(third.items.length).toBeGreaterThanOrEqual(250);
    expect(new Set(third.items.map(({ reference }) => reference)).size).toBe(third.items.length);
  });

  test('Lines that are written meanwhile shift the pages: then it is read anew, and nothing is taken twice', async () => {
    open();
    const lines = payments(150, spread);
    let written = false;
    ledger(lines, (page) => {
      if (page !== 0 || written) return;
      written = true;
      lines.unshift(['PAYMENT', '2024-07-09 23:59:59', '10.00', MERCHANT]);
    });
    const { items } = await list(whole);
    expect([items.length, new Set(items.map(({ reference }) => reference)).size]).toEqual([151, 151]);
  });

  test('A report that never holds still proves nothing', async () => {
    open();
    const lines = payments(150, spread);
    ledger(lines, () => lines.unshift(['CREDIT', '2024-07-09 23:59:59', '10.00']));
    await expect(list(whole)).rejects.toMatchObject({ why: 'UNREADABLE' });
  });

  test('Where the oldest come first the whole of it is read', async () => {
    open();
    ledger(payments(650, spread).reverse());
    const { items, next } = await list(whole);
    expect([items.length, next]).toEqual([650, null]);
  });

  test('A cursor of another history is refused', async () => {
    open();
    play(reportOf());
    await expect(list({ cursor: '2' })).rejects.toMatchObject({ refusal: { errorCode: 'INVALID_INPUT' } });
    expect(stub.seen).toEqual([]);
  });
});
