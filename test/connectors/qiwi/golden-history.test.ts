import { describe, expect, it } from 'vitest';
import { ProviderRejected } from '../../../src/connectors/outcome.ts';
import { answerOf, documented, empty, golden, rub, sent } from './golden.ts';
import { bench, goldenTests, openFor, play, stub, value } from './golden-play.ts';

goldenTests();

const at = (text: string) => new Date(text);
const clock = { now: () => at('2017-05-11T12:00:00Z') };
const day = { from: at('2017-05-10T00:00:00+03:00'), to: at('2017-05-10T23:59:59+03:00') };
const dates = '&startDate=2017-05-10T00%3A00%3A00%2B03%3A00&endDate=2017-05-10T23%3A59%3A59%2B03%3A00';

describe('HIS-1, the history', () => {
  it('is asked for by sources and dates, as documented', async () => {
    const query = { ...day, pageSize: 50, sources: [{ kind: 'BALANCE', currency: 'RUB' } as const] };
    expect(await play('HIS-1', (c, call) => c.history?.list(call, query), { request: 2 })).toMatchSnapshot();
  });

  it('is asked for by type and several sources; dates always go with it', async () => {
    const query = {
      ...day,
      pageSize: 10,
      kinds: ['TRANSFER' as const],
      direction: 'OUT' as const,
      sources: [{ kind: 'BALANCE', currency: 'RUB' } as const, { kind: 'CARD' } as const],
    };
    await play('HIS-1', (c, call) => c.history?.list(call, query), { request: null });
    const { path, ...rest } = documented('HIS-1', 1);
    expect(sent(stub.seen[0])).toEqual({ ...rest, path: path + dates });
  });

  it('goes on with the cursor of the answer, and with everything that was asked before', async () => {
    openFor('79112223344', documented('HIS-1').headers['authorization'] ?? '', clock);
    const page = { nextTxnId: '9103121', nextTxnDate: '2017-05-11T12:35:23+03:00' };
    const body = JSON.stringify({ data: [], ...page }).replace('"9103121"', '9103121');
    stub.play({ status: 200, body });
    const first = await bench.connector.history?.list(bench.call, day);
    stub.play(
      answerOf('HIS-1', {
        replace: [
          ['"nextTxnId": 9001', '"nextTxnId": null'],
          ['"2017-01-31T15:24:10+03:00"', 'null'],
        ],
      }),
    );
    const second = await bench.connector.history?.list(bench.call, { ...day, cursor: first?.next ?? '' });
    const { path, ...rest } = documented('HIS-1', 3);
    expect(sent(stub.seen[0])).toEqual({ ...rest, path: path.replace('rows=50', `rows=50${dates}`) });
    expect(second?.next).toBeNull();
  });

  it('shows what is in process', async () => {
    const body = `{"data": [${golden('HIS-1').answers[1]}], "nextTxnId": null, "nextTxnDate": null}`;
    const run = play('HIS-1', (c, call) => c.history?.list(call, day), {
      request: null,
      answers: [{ status: 200, body }],
    });
    expect(await run).toMatchSnapshot();
  });

  it('is empty when nothing matches (trap T22)', async () => {
    const run = play('HIS-1', (c, call) => c.history?.list(call, day), { request: null, answers: [empty(404)] });
    expect(await run).toEqual({ items: [], next: null });
  });
});

describe('HIS-2, the totals', () => {
  const month = { from: at('2017-03-01T00:00:00+03:00'), to: at('2017-03-31T11:44:15+03:00') };
  it('are asked for and read as documented', async () => {
    expect(await play('HIS-2', (c, call) => c.history?.totals?.(call, month))).toEqual({
      incoming: [rub(350_000n)],
      outgoing: [rub(349_750n)],
    });
  });
  it('have one sum per currency', async () => {
    const answers = [answerOf('HIS-2', { at: 1 })];
    expect(await play('HIS-2', (c, call) => c.history?.totals?.(call, month), { request: null, answers })).toEqual({
      incoming: [{ minor: 333n, currency: 'USD' }, rub(348_100n)],
      outgoing: [rub(398_998n), { minor: 333n, currency: 'USD' }],
    });
  });
});

describe('HIS-3, a transaction', () => {
  it('is asked for with its type, and read in detail', async () => {
    const run = play('HIS-3', (c, call) => c.history?.get?.(call, '11233344692', 'OUT'), { request: null });
    expect(await run).toMatchSnapshot();
    const { path, ...rest } = documented('HIS-3');
    expect(sent(stub.seen[0])).toEqual({ ...rest, path: `${path.replace('9112223344', '11233344692')}?type=OUT` });
  });
  it('says what can be done with it', async () => {
    const flags = `"features": ${golden('HIS-3').answers[1]?.match(/"features": (\{[^}]*\})/)?.[1]}`
      .replace('"chequeReady": false', '"chequeReady": true')
      .replace('"repeatPaymentEnabled": false', '"repeatPaymentEnabled": true');
    const body = answerOf('HIS-3').body.replace(/"features": \{[^}]*\}/, flags);
    const answers = [{ status: 200, body }];
    const run = play('HIS-3', (c, call) => c.history?.get?.(call, '11233344692', 'OUT'), { request: null, answers });
    expect(await run).toMatchObject({
      actions: ['RECEIPT', 'REPEAT'],
      attributes: expect.arrayContaining([{ name: 'chatAvailable', value: 'true' }]),
    });
  });
  it('that answers for another one is not believed', async () => {
    const run = play('HIS-3', (c, call) => c.history?.get?.(call, '9112223344', 'OUT'), { request: null });
    await expect(run).rejects.toMatchObject({ why: 'ECHO_MISMATCH' });
  });
});

describe('HIS-4 and HIS-5, receipts', () => {
  const input = { reference: '9112223344', direction: 'IN' as const };
  it('come as a file, whatever its content type says', async () => {
    const run = play('HIS-4', (c, call) => c.receipts?.file?.(call, { ...input, format: 'PDF' }), {
      answers: [{ status: 200, body: '%PDF-1.4' }],
    });
    expect(await run).toEqual({ contentType: 'application/pdf', content: Buffer.from('%PDF-1.4') });
  });
  it('without content are no receipts', async () => {
    const run = play('HIS-4', (c, call) => c.receipts?.file?.(call, { ...input, format: 'PDF' }), {
      answers: [empty(200)],
    });
    await expect(run).rejects.toMatchObject({ why: 'UNREADABLE' });
  });
  it('are sent by e-mail', async () => {
    const mail = { ...input, email: 'my@example.com', locale: 'ru' };
    expect(
      value(await play('HIS-5', (c, call) => c.receipts?.send?.(call, mail), { answers: [empty(201)] })),
    ).toBeNull();
    expect(JSON.stringify(bench.exchanges)).not.toContain('my@example.com');
  });
  it('are looked for under each type that the direction leaves open, and missing under all', async () => {
    const query = { reference: '1', format: 'JPEG' as const };
    const run = play('HIS-4', (c, call) => c.receipts?.file?.(call, query), { request: null, answers: [empty(404)] });
    await expect(run).rejects.toBeInstanceOf(ProviderRejected);
    expect(stub.seen.map(({ url }) => new URL(url, 'http://x').search)).toEqual([
      '?type=IN&format=JPEG',
      '?type=OUT&format=JPEG',
      '?type=QIWI_CARD&format=JPEG',
    ]);
  });
});
