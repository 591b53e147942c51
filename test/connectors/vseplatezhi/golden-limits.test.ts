import { describe, expect, test } from 'vitest';
import { answerOf, documented, refusalOf, rub, sent, TOKEN } from './golden.ts';
import { bench, calls, open, play, stub, toMerchant, withStub } from './play.ts';

withStub();

describe('Limits', () => {
  test('V-11: caps of one payment and of a month, and of the balance', async () => {
    const { connector, call } = open();
    play(answerOf('V-11'));
    const told = await connector.limits?.list(call);
    expect(told?.map(({ kind, window, max, enabled }) => [kind, window, max?.minor, enabled])).toEqual([
      ['TOP_UP', 'ONE_TIME', 1_500_000n, true],
      ['TOP_UP', 'MONTH', 4_000_000n, true],
      ['PAYMENT', 'ONE_TIME', 1_500_000n, true],
      ['PAYMENT', 'MONTH', 4_000_000n, true],
      ['PAYOUT', 'ONE_TIME', 1_500_000n, true],
      ['PAYOUT', 'MONTH', 4_000_000n, true],
      ['BALANCE', 'STANDING', 1_500_000n, true],
    ]);
    expect(sent(calls()[0])).toEqual(documented('V-11'));
    expect((await connector.limits?.list(call, ['BALANCE']))?.length).toBe(1);
  });

  test('V-12: caps are set, each type once with what changes of it', async () => {
    const { connector, call } = open();
    play(answerOf('V-12'));
    const outcome = await connector.limits?.set?.(call, [
      { kind: 'PAYMENT', window: 'ONE_TIME', max: rub(500_000n), enabled: true },
      { kind: 'PAYMENT', window: 'MONTH', max: rub(2_000_000n), enabled: true },
      { kind: 'PAYOUT', window: 'MONTH', enabled: false },
    ]);
    expect(outcome).toEqual({ kind: 'accepted', value: null });
    expect(sent(calls()[0])).toEqual(documented('V-12'));
  });

  test('What is above the provider’s own is refused there', async () => {
    const { connector, call } = open();
    play(refusalOf('LIMIT_ABOVE_SYSTEM'));
    const cap = { kind: 'PAYMENT' as const, window: 'MONTH' as const, max: rub(10n ** 12n), enabled: true };
    expect(await connector.limits?.set?.(call, [cap])).toMatchObject({
      kind: 'rejected',
      refusal: { providerCode: 'LIMIT_ABOVE_SYSTEM', remedy: 'CHANGE_INPUT', errorCode: 'PROVIDER_REJECTED' },
    });
  });

  test.each([
    ['the balance', [{ kind: 'BALANCE', window: 'STANDING', max: rub(1n), enabled: true }]],
    ['a window that is not there', [{ kind: 'PAYMENT', window: 'DAY', max: rub(1n), enabled: true }]],
    ['a kind that is not there', [{ kind: 'TRANSFER', window: 'MONTH', max: rub(1n), enabled: true }]],
    ['nothing', []],
    [
      'one that is on and off',
      [
        { kind: 'PAYMENT', window: 'MONTH', enabled: true },
        { kind: 'PAYMENT', window: 'ONE_TIME', enabled: false },
      ],
    ],
    [
      'one twice',
      [
        { kind: 'PAYMENT', window: 'MONTH', max: rub(1n), enabled: true },
        { kind: 'PAYMENT', window: 'MONTH', max: rub(2n), enabled: true },
      ],
    ],
  ] as const)('A cap on %s is not sent', async (_what, caps) => {
    const { connector, call } = open();
    play(answerOf('V-12'));
    expect(await connector.limits?.set?.(call, caps)).toMatchObject({
      kind: 'rejected',
      refusal: { errorCode: 'INVALID_INPUT', httpStatus: null },
    });
    expect(stub.seen).toEqual([]);
  });
});

describe('Refusals', () => {
  test.each([
    ['an empty body', { status: 400, body: '' }, null],
    [
      'an object',
      { status: 400, body: '{"code":7,"message":"bad","fieldErrors":{"phone":"10 digits"}}' },
      'bad; phone: 10 digits',
    ],
    [
      'a list of fields',
      { status: 400, body: '{"fieldErrors":[{"field":"phone","message":"10 digits"}]}' },
      'phone: 10 digits',
    ],
  ])('V-15: a wrong body is refused with %s', async (_what, answer, providerMessage) => {
    const { connector, call } = open();
    play(answer);
    expect(await connector.wallets?.register?.(call, { phone: '9261234567', level: 'FULL' })).toMatchObject({
      kind: 'rejected',
      refusal: { httpStatus: 400, remedy: 'CHANGE_INPUT', declineReason: 'INVALID_DATA', providerMessage },
    });
  });

  test('V-16: a code says no; one that is in no table ends it; a fault of the system proves nothing', async () => {
    const { connector, call } = open();
    const pay = () => connector.payouts?.confirm(call, toMerchant({ reference: TOKEN }), {});
    play(answerOf('V-16', { status: 500 }));
    expect(await pay()).toMatchObject({
      kind: 'rejected',
      refusal: {
        declineReason: 'INSUFFICIENT_FUNDS',
        errorCode: 'INSUFFICIENT_FUNDS',
        providerMessage: 'Insufficient funds',
      },
    });
    play(refusalOf('INVENTED'));
    expect(await pay()).toMatchObject({
      kind: 'rejected',
      refusal: { providerCode: 'INVENTED', remedy: 'NONE', declineReason: 'PROVIDER_REFUSED' },
    });
    for (const answer of [refusalOf('INTERNAL_ERROR'), { ...refusalOf('INSUFFICIENT_FUNDS'), status: 502 }]) {
      play(answer);
      expect(await pay()).toMatchObject({ kind: 'unknown', why: 'SERVER_ERROR' });
    }
    play({ status: 500, body: '{"message":"NullPointerException"}' });
    expect(await pay()).toMatchObject({ kind: 'unknown', why: 'SERVER_ERROR' });
  });

  test('Every code of the contract is in the table', () => {
    const { connector } = open();
    expect(connector.provider.refusals.map(({ code }) => code).length).toBe(14);
    expect(bench.connectors.check('VSEPLATEZHI', { baseUrl: 'https://x.example' }).map(({ path }) => path[0])).toEqual([
      'clientId',
      'clientSecret',
      'partnerId',
    ]);
  });
});
