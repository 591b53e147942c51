import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/connectors/json.ts';
import { mapHistoryItem } from '../../../src/connectors/qiwi/map-history.ts';
import { moscowTime, readTime } from '../../../src/connectors/qiwi/time.ts';
import { cursorOf, newestWindow, readCursor, windowsOf } from '../../../src/connectors/qiwi/windows.ts';
import { historyItem } from '../../../src/connectors/qiwi/wire-history.ts';
import { golden } from './golden.ts';

const at = (text: string) => new Date(text);
const text = golden('HIS-1').answers[0]?.match(/"data": \[([\s\S]*)\],/)?.[1] ?? '';

/** The documented item with other values. */
const item = (changes: Record<string, unknown>) =>
  mapHistoryItem(historyItem.parse({ ...(parseJson(text) as object), ...changes }));
const provider = (id: string) => ({ provider: { id, shortName: 'somebody' } });

describe('an item of the history', () => {
  const own = { kind: 'WALLET', phone: '+79112223344' };
  const other = { kind: 'WALLET', phone: '+79261112233' };
  it.each([
    ['a transfer to a wallet', { ...provider('99'), account: '+79261112233' }, 'TRANSFER', 'OUT', own, other],
    [
      'a transfer from a wallet',
      { type: 'IN', ...provider('7'), account: '79261112233' },
      'TRANSFER',
      'IN',
      other,
      own,
    ],
    [
      'a terminal',
      { type: 'IN', ...provider('7'), account: 'Terminal 12' },
      'TOP_UP',
      'IN',
      { kind: 'EXTERNAL', description: 'Terminal 12' },
      own,
    ],
    [
      'an agent with a number',
      { type: 'IN', ...provider('26'), account: '79261112233' },
      'TOP_UP',
      'IN',
      { kind: 'EXTERNAL', description: '79261112233' },
      own,
    ],
    ['a conversion', { ...provider('1099'), account: '+79112223344' }, 'EXCHANGE', 'OUT', own, own],
    ['a conversion for another', { ...provider('1099'), account: '79261112233' }, 'TRANSFER', 'OUT', own, other],
    [
      'a service',
      { ...provider('1'), account: '9161112233' },
      'PAYOUT',
      'OUT',
      own,
      { kind: 'SERVICE', reference: '1', name: 'somebody', disabled: false },
    ],
  ])('%s', (_what, changes, kind, direction, source, destination) => {
    expect(item(changes)).toMatchObject({ kind, direction, source, destination });
  });

  it('of a card names the card', () => {
    expect(item({ type: 'QIWI_CARD', ...provider('1'), account: '4890****1234' })).toMatchObject({
      kind: 'PAYOUT',
      direction: 'OUT',
      source: { kind: 'CARD', card: { maskedPan: '4890****1234' } },
    });
  });

  it('that came in does not carry our id: it is the id of its sender', () => {
    expect(item({ type: 'IN' }).clientId).toBeNull();
    expect(item({ type: 'OUT' }).clientId).toBe('1489826461807');
  });

  it.each([
    ['220', 'INSUFFICIENT_FUNDS'],
    ['5', 'INVALID_DATA'],
    ['702', 'RECIPIENT_REFUSED'],
    ['4242', 'PROVIDER_REFUSED'],
  ])('that failed with %s says why', (errorCode, declineReason) => {
    expect(item({ status: 'ERROR', errorCode, error: 'нет' })).toMatchObject({
      status: 'DECLINED',
      declineReason,
      declineMessage: 'нет',
      providerCode: errorCode,
    });
  });

  it('with a word that is in no table is unknown', () => {
    expect(item({ status: 'FROZEN' })).toMatchObject({ status: 'UNKNOWN', declineReason: null, completedAt: null });
  });

  it('reads texts and numbers alike, and nothing as nothing (traps T16, T21)', () => {
    const bare = { commission: null, total: null, provider: null, source: {}, comment: null, currencyRate: null };
    expect(item({ ...bare, txnId: '12', errorCode: '0', trmTxnId: '', account: null })).toMatchObject({
      reference: '12',
      clientId: null,
      fee: null,
      total: null,
      note: null,
      exchangeRate: null,
      destination: { kind: 'EXTERNAL' },
    });
    expect(item({ currencyRate: parseJson('61.5') }).exchangeRate).toBe('61.5');
  });
});

describe('windows of at most 90 calendar days (trap T19)', () => {
  it('take the documented span in one', () => {
    const [from, to] = [at('2019-04-12T00:00:00+03:00'), at('2019-07-11T23:59:59+03:00')];
    expect(windowsOf(from, to)).toEqual([{ from, to, open: false }]);
  });

  it('cover a longer one without a gap, newest first, and share no second', () => {
    const [since, until] = [at('2018-01-15T10:00:00Z'), at('2019-01-20T10:00:00.250Z')];
    const windows = windowsOf(since, until);
    expect(windows.length).toBe(5);
    expect(windows[0]?.to).toEqual(at('2019-01-20T10:00:01Z'));
    expect(windows.at(-1)?.from).toEqual(since);
    for (const [index, { from, to }] of windows.entries()) {
      const days = (Date.parse(moscowTime(to).slice(0, 10)) - Date.parse(moscowTime(from).slice(0, 10))) / 86_400_000;
      expect(days).toBeLessThanOrEqual(90);
      if (index > 0) expect(windows[index - 1]?.from).toEqual(to);
    }
    expect(windows.map(({ open }) => open)).toEqual([false, true, true, true, true]);
  });

  it('are kept in a cursor', () => {
    const [since, until] = [at('2018-01-15T10:00:00Z'), at('2019-01-20T10:00:00Z')];
    const position = {
      since,
      window: newestWindow(since, until),
      page: { id: '9001', date: '2018-12-31T15:24:10+03:00' },
    };
    expect(readCursor(cursorOf(position))).toEqual(position);
    expect(readCursor(cursorOf({ ...position, page: null }))).toEqual({ ...position, page: null });
    expect(() => readCursor('2')).toThrow(/not a cursor/);
  });

  it.each([
    ['2017-01-21T11:41:07+03:00', '2017-01-21T08:41:07.000Z'],
    ['2021-01-18T15:25:18+03', '2021-01-18T12:25:18.000Z'],
    ['2021-01-18T14:22:56.672+0300', '2021-01-18T11:22:56.672Z'],
    ['2019-07-11T23:59:59Z', '2019-07-11T23:59:59.000Z'],
  ])('time %s', (written, time) => {
    expect(readTime(written)?.toISOString()).toBe(time);
  });
  it.each(['2017-01-21', '2019-11-01T:00:00', '2019-12-01T00:00', 'soon', '2019-13-01T00:00:00Z'])(
    'no time: %s',
    (written) => {
      expect(readTime(written)).toBeNull();
    },
  );
});
