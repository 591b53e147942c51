import { describe, expect, it } from 'vitest';
import { moscowTime } from '../../../src/connectors/qiwi/time.ts';
import type { HistoryQuery } from '../../../src/connectors/records.ts';
import { empty, golden } from './golden.ts';
import { bench, goldenTests, openFor, stub } from './golden-play.ts';

goldenTests();

const at = (text: string) => new Date(text);
const text = golden('HIS-1').answers[0]?.match(/"data": \[([\s\S]*)\],/)?.[1] ?? '';

describe('a list over a long span', () => {
  const query: HistoryQuery = { from: at('2018-11-01T00:00:00+03:00'), to: at('2019-02-10T12:00:00+03:00') };
  const page = (dates: string[], next = '') => ({
    status: 200,
    body: `{"data": [${dates.map((date) => text.replace('2017-01-21T11:41:07+03:00', date)).join(',')}]${next}}`,
  });

  it('is read window by window, page by page, to its beginning; each payment once', async () => {
    openFor('79112223344', 'Bearer token');
    const edge = '2018-11-12T00:00:00+03:00';
    stub.play(
      page(['2019-02-01T00:00:00+03:00'], ', "nextTxnId": 5, "nextTxnDate": "2018-11-12T00:00:00+03:00"'),
      page([edge]),
      // the older window ends with the moment with which the newer one begins
      page([edge, '2018-11-11T23:59:59+03:00']),
      empty(404),
    );
    const dates: string[] = [];
    let cursor: string | undefined;
    for (;;) {
      const got = await bench.connector.history?.list(bench.call, { ...query, ...(cursor ? { cursor } : {}) });
      dates.push(...(got?.items ?? []).map(({ createdAt }) => moscowTime(createdAt)));
      if (!got?.next) break;
      cursor = got.next;
    }
    expect(dates).toEqual(['2019-02-01T00:00:00+03:00', edge, '2018-11-11T23:59:59+03:00']);
    const spans = stub.seen.map(({ url }) => new URL(url, 'http://x').searchParams);
    expect(spans.map((span) => [span.get('startDate'), span.get('endDate'), span.get('nextTxnId')])).toEqual([
      [edge, '2019-02-10T12:00:00+03:00', null],
      [edge, '2019-02-10T12:00:00+03:00', '5'],
      ['2018-11-01T00:00:00+03:00', edge, null],
    ]);
  });

  it('ends when the cursor stands still', async () => {
    openFor('79112223344', 'Bearer token');
    const next = ', "nextTxnId": 5, "nextTxnDate": "2019-02-01T00:00:00+03:00"';
    stub.play(page([], next));
    const short = { from: at('2019-02-01T00:00:00+03:00'), to: query.to };
    const first = await bench.connector.history?.list(bench.call, short as HistoryQuery);
    const second = await bench.connector.history?.list(bench.call, { ...short, cursor: first?.next } as HistoryQuery);
    expect([first?.next, second?.next]).toEqual([expect.any(String), null]);
  });

  it('has totals that add up over its windows, without a second in two of them', async () => {
    openFor('79112223344', 'Bearer token');
    stub.play({ status: 200, body: golden('HIS-2').answers[1] ?? '' });
    const span = { from: query.from as Date, to: query.to as Date };
    const totals = await bench.connector.history?.totals?.(bench.call, span);
    expect(totals?.incoming).toEqual([
      { minor: 666n, currency: 'USD' },
      { minor: 696_200n, currency: 'RUB' },
    ]);
    const spans = stub.seen.map(({ url }) => new URL(url, 'http://x').searchParams);
    expect(spans.map((one) => [one.get('startDate'), one.get('endDate')])).toEqual([
      ['2018-11-12T00:00:00+03:00', '2019-02-10T12:00:00+03:00'],
      ['2018-11-01T00:00:00+03:00', '2018-11-11T23:59:59+03:00'],
    ]);
    stub.play({ status: 200, body: golden('HIS-2').answers[1] ?? '' });
    expect(await bench.connector.history?.totals?.(bench.call, { ...span, direction: 'IN' })).toMatchObject({
      outgoing: [],
    });
    expect(stub.seen[0]?.url).toContain('?operation=IN&startDate');
  });

  it('asks for nothing that the provider never has', async () => {
    openFor('79112223344', 'Bearer token');
    stub.play(empty(500));
    const none = { items: [], next: null };
    expect(await bench.connector.history?.list(bench.call, { ...query, kinds: ['TRANSIT'] })).toEqual(none);
    const tenge = { sources: [{ kind: 'BALANCE' as const, currency: 'KZT' }] };
    expect(await bench.connector.history?.list(bench.call, { ...query, ...tenge })).toEqual(none);
    expect(stub.seen).toEqual([]);
  });

  it('leaves out what was not asked for, where the provider has no filter for it', async () => {
    openFor('79112223344', 'Bearer token');
    stub.play(page(['2019-02-01T00:00:00+03:00']));
    const list = async (more: HistoryQuery) =>
      (await bench.connector.history?.list(bench.call, { ...query, ...more }))?.items.length;
    expect(await list({ direction: 'OUT' })).toBe(1);
    expect(new URL(stub.seen[0]?.url ?? '', 'http://x').searchParams.get('operation')).toBeNull();
    expect(await list({ direction: 'IN' })).toBe(0);
    expect(await list({ statuses: ['DECLINED'] })).toBe(0);
    expect(await list({ statuses: ['COMPLETED'], kinds: ['PAYOUT'] })).toBe(1);
    expect(await list({ kinds: ['TRANSFER'] })).toBe(0);
  });
});

describe('a transaction that is known under one number both ways (trap T23)', () => {
  it('is asked for by the direction, and not taken for the other one', async () => {
    openFor('79112223344', 'Bearer token');
    stub.play({ status: 200, body: text });
    await expect(bench.connector.history?.get?.(bench.call, '9309', 'IN')).rejects.toMatchObject({
      why: 'ECHO_MISMATCH',
    });
    expect(stub.seen[0]?.url).toBe('/payment-history/v2/transactions/9309?type=IN');
    stub.play(empty(404));
    expect(await bench.connector.history?.get?.(bench.call, '9309')).toBeNull();
    expect(stub.seen.map(({ url }) => url.split('?')[1])).toEqual(['type=IN', 'type=OUT', 'type=QIWI_CARD']);
  });
});
