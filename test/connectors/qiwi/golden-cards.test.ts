import { describe, expect, it } from 'vitest';
import type { Call } from '../../../src/connectors/connector.ts';
import { answerOf, documented, empty, rub, sent } from './golden.ts';
import { bench, goldenTests, openFor, play, stub, value } from './golden-play.ts';

goldenTests();

const ORDER = '920fa383-6209-4743-a5d1-883f473f7f95';
const clock = { now: () => new Date('2020-03-01T00:00:00Z') };
const cards = () => bench.connector.issuedCards;
const open = () => openFor('78000008024', 'Bearer 68944212761e25f6fce457661cabba6c', clock);
const listed = (...replace: [string, string][]) => answerOf('MST-5', { replace });

describe('QIWI Master cards', () => {
  it('MST-1 and MST-4 are ordinary payments with these values', () => {
    open();
    expect(cards()?.packagePayment(bench.call, 'qvc-master')).toEqual({
      serviceReference: '28004',
      serviceName: 'QIWI Master',
      parameters: { account: '78000008024', vas_alias: 'qvc-master' },
    });
    expect(cards()?.packagePayment(bench.call, 'qvc-cpa')).toBeNull();
    expect(cards()?.orderPayment(bench.call, ORDER)).toEqual({
      serviceReference: '32064',
      serviceName: 'QIWI Master card',
      parameters: { account: '78000008024', order_id: ORDER },
    });
  });

  it.each([
    ['MST-1', (call: Call) => cards()?.packagePayment(call, 'qvc-master'), rub(299_900n), '79121112233', 'Оплата'],
    ['MST-4', (call: Call) => cards()?.orderPayment(call, ORDER), rub(9_900n), '78000008024', undefined],
  ] as const)('%s is paid as documented', async (id, purchaseOf, amount, number, note) => {
    const example = documented(id);
    openFor(number, example.headers['authorization'] ?? '');
    const purchase = purchaseOf(bench.call);
    const clientId = (example.body as { id: string }).id;
    stub.play(answerOf(id));
    const order = { amount, serviceReference: '', parameters: {}, ...purchase, ...(note ? { note } : {}) };
    await bench.connector.payouts?.confirm(bench.call, { clientId, reference: null, order }, {});
    expect(sent(stub.seen[0])).toEqual(example);
  });

  it('MST-2 orders one of the two kinds', async () => {
    expect(value(await play('MST-2', (c, call) => c.issuedCards?.order(call, 'qvc-cpa')))).toEqual({
      orderReference: ORDER,
    });
    expect(await cards()?.order(bench.call, 'qvc-master')).toMatchObject({
      kind: 'rejected',
      refusal: { httpStatus: null },
    });
    expect(stub.seen.length).toBe(1);
  });

  it('MST-3 submits the order: free at once, or to be paid', async () => {
    expect(value(await play('MST-3', (c, call) => c.issuedCards?.submit(call, ORDER)))).toEqual({
      state: 'COMPLETED',
      price: rub(0n),
      cardReference: '158619365',
    });
    await bench.close();
    const answers = [answerOf('MST-3', { at: 1 })];
    expect(value(await play('MST-3', (c, call) => c.issuedCards?.submit(call, ORDER), { answers }))).toEqual({
      state: 'PAYMENT_REQUIRED',
      price: rub(9_900n),
      cardReference: null,
    });
  });

  it('MST-5 lists them', async () => {
    expect(await play('MST-5', (c, call) => c.issuedCards?.list(call), { clock })).toMatchSnapshot();
  });

  it.each([
    ['ACTIVE', 'ACTIVE'],
    ['SENDED_TO_BANK', 'PENDING'],
    ['SENDED_TO_USER', 'PENDING'],
    ['UNKNOWN', 'PENDING'],
    ['BLOCKED', 'BLOCKED'],
    ['MELTED', 'UNKNOWN'],
  ])('MST-5 says %s for %s', async (word, state) => {
    open();
    stub.play(listed(['"ACTIVE"', `"${word}"`]));
    expect(await cards()?.list(bench.call)).toMatchObject([{ state, providerState: word, unblockable: false }]);
    expect(bench.log.some((line) => line.includes('unmapped'))).toBe(state === 'UNKNOWN');
  });

  it('MST-5 tells, or leaves to the date, whether a block can be undone', async () => {
    open();
    const blocked = (more: string) => listed(['"ACTIVE"', '"BLOCKED"'], ['"blockedDate": null', more]);
    const unblockable = async (more: string) => {
      stub.play(blocked(more));
      return (await cards()?.list(bench.call))?.[0]?.unblockable;
    };
    expect(await unblockable('"blockedDate": "2020-02-01T00:00:00+03:00"')).toBe(true);
    expect(await unblockable('"blockedDate": "2019-11-01T00:00:00+03:00"')).toBe(false);
    expect(await unblockable('"blockedDate": "2020-02-01T00:00:00+03:00", "unblockAvailable": false')).toBe(false);
    expect(await unblockable('"blockedDate": null, "unblockAvailable": true')).toBe(true);
  });

  it('MST-5 tells a limit and a balance, and a card by its own id', async () => {
    open();
    stub.play(
      listed(
        ['"cardLimit": null', '"cardLimit": {"value": 1500.5, "currencyCode": 643}'],
        ['"balance": null', '"balance": {"amount": 0.07, "currency": 643}'],
      ),
    );
    expect(await cards()?.list(bench.call)).toMatchObject([
      { reference: '133789472', limit: rub(150_050n), balance: rub(7n) },
    ]);
  });

  it('what is offered is known from the documents, its price from the cards there are', async () => {
    open();
    stub.play({ status: 200, body: '[]' });
    const offers = await cards()?.offers(bench.call);
    expect(offers?.map(({ code, kind, price, cards }) => [code, kind, price, cards])).toEqual([
      ['qvc-cpa', 'CARD', null, null],
      ['qvc-cpa-debit', 'CARD', null, null],
      ['qvc-master', 'PACKAGE', rub(299_900n), 5],
    ]);
    stub.play(listed());
    expect((await cards()?.offers(bench.call))?.[0]).toMatchObject({ price: rub(9_900n), period: 'за год' });
  });

  it('MST-6 is a PDF of at most 90 days (trap T49)', async () => {
    const span = { from: new Date('2020-07-01T00:00:00+03:00'), to: new Date('2020-09-23T23:59:59+03:00') };
    const answers = [{ status: 200, body: '%PDF', headers: { 'content-type': 'application/pdf' } }];
    const run = play('MST-6', (c, call) => c.issuedCards?.statement?.(call, '158618787', span), {
      request: null,
      answers,
    });
    expect(await run).toEqual({ contentType: 'application/pdf', content: Buffer.from('%PDF') });
    const { path, ...rest } = documented('MST-6');
    expect(sent(stub.seen[0])).toEqual({ ...rest, path: path.replace('from=2020-01-01', 'from=2020-07-01') });
    const long = { ...span, from: new Date('2020-01-01T00:00:00+03:00') };
    await expect(cards()?.statement?.(bench.call, '158618787', long)).rejects.toMatchObject({
      refusal: { errorCode: 'INVALID_INPUT' },
    });
    expect(stub.seen.length).toBe(1);
  });

  it('MST-7 blocks one', async () => {
    const run = play('MST-7', (c, call) => c.issuedCards?.block(call, '70590106'), { answers: [empty(202)] });
    expect(value(await run)).toBeNull();
  });

  it('MST-8 unblocks one', async () => {
    expect(value(await play('MST-8', (c, call) => c.issuedCards?.unblock(call, '111887288')))).toBeNull();
  });

  it.each(['FAIL', 'CONFIRMATION_REQUIRED', 'CONFIRMATION_LIMIT_EXCEED'])(
    'MST-8 that says %s is refused',
    async (word) => {
      open();
      stub.play(answerOf('MST-8', { replace: [['"OK"', `"${word}"`]] }));
      expect(await cards()?.unblock(bench.call, '1')).toMatchObject({
        kind: 'rejected',
        refusal: { providerCode: word },
      });
    },
  );

  it('MST-9 shows number and code, which stand nowhere else', async () => {
    const run = play('MST-9', (c, call) => c.issuedCards?.reveal(call, '158619365'), { request: null });
    expect(value(await run)).toEqual({ pan: '44441111222233333', cvv: '111' });
    const example = documented('MST-9');
    const operationId = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(sent(stub.seen[0])).toEqual({ ...example, body: { operationId } });
    expect(bench.exchanges).toEqual([]);
    expect(bench.log.length).toBeGreaterThan(0);
    expect(bench.log.join()).not.toMatch(/4444111|"111"/);
  });

  it('MST-10 renames one, and may fail', async () => {
    const rename = () => cards()?.rename(bench.call, '158619365', 'new card name');
    expect(
      value(await play('MST-10', (c, call) => c.issuedCards?.rename(call, '158619365', 'new card name'))),
    ).toBeNull();
    stub.play({ status: 200, body: '{"status": "FAIL", "error": "too long", "errorCode": "E1"}' });
    expect(await rename()).toMatchObject({
      kind: 'rejected',
      refusal: { providerCode: 'FAIL', providerMessage: 'too long' },
    });
    stub.play({ status: 200, body: '{"status": "PERHAPS"}' });
    expect(await rename()).toMatchObject({ kind: 'unknown', why: 'UNMAPPED_STATUS' });
  });
});
