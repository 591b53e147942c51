import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CreditOrder, CreditSessions } from '../../../src/connectors/credit-sessions.ts';
import { moneywall } from '../../../src/connectors/moneywall/index.ts';
import { type Bench, openBench } from '../kit.ts';
import { type Stub, startStub } from '../stub.ts';
import {
  answerOf,
  documented,
  flying,
  plainOrder,
  refusalOf,
  required,
  rub,
  SECRET,
  sent,
  stateOf,
  TOKEN,
  wholeOrder,
} from './golden.ts';

let stub: Stub;
let bench: Bench;

beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench.close());
afterAll(() => stub.close());

function sessions(settings: Record<string, string> = {}): CreditSessions {
  bench = openBench({ definition: moneywall, settings: { baseUrl: stub.url, token: TOKEN, ...settings } });
  return required(bench.connector.creditSessions);
}

const FRAME = 'https://dev.moneywall.io/frame/credit_applications/10/payment_graph';
const order = { orderId: 'partner_order_id', amount: rub(1_000_000n) };
const callbacks = (orderId: string) => {
  const at = `http://gateway.example/webhooks/moneywall/pac_1?order=${orderId}&token=${SECRET}&decision=`;
  return { success_callback_url: `${at}approved`, failure_callback_url: `${at}refused` };
};

describe('A session is started', () => {
  test('MW-1: as the documents have it, but for the zone and the product that they leave out (traps M4, M5)', async () => {
    const { start } = sessions();
    stub.play(answerOf('MW-1a'));
    const outcome = await start(bench.call, plainOrder);
    expect(outcome).toEqual({ kind: 'accepted', value: { reference: '10', frameUrl: FRAME } });
    const example = documented('MW-1a');
    const { product_type: _, ...body } = example.body as Record<string, unknown>;
    const kept = { ...body, expires_at: '2017-07-01T00:00:00+03:00', ...callbacks('partner_order_id') };
    expect(sent(stub.seen[0])).toEqual({ ...example, body: kept });
  });

  test('MW-1: with all that the field tables name; only the callbacks are ours', async () => {
    const { start, check } = sessions();
    stub.play(answerOf('MW-1b'));
    expect(check(wholeOrder)).toEqual([]);
    expect(await start(bench.call, wholeOrder)).toMatchObject({ kind: 'accepted' });
    const example = documented('MW-1b');
    const body = { ...(example.body as object), ...callbacks('vpih-234lgh') };
    expect(sent(stub.seen[0])).toEqual({ ...example, body });
  });

  test('What is not given is not sent', async () => {
    const { start } = sessions();
    stub.play(answerOf('MW-1a'));
    const bare: CreditOrder = {
      ...plainOrder,
      creditCost: null,
      providerOrderId: null,
      expiresAt: null,
      mode: 'IFRAME',
    };
    await start(bench.call, bare);
    const body = sent(stub.seen[0]).body as Record<string, unknown>;
    expect(Object.keys(body).sort()).toEqual([
      'amount',
      'email',
      'failure_callback_url',
      'order_id',
      'phone',
      'redirect_url',
      'success_callback_url',
      'web_mode',
    ]);
    expect(body['web_mode']).toBe('iframe');
  });

  test.each([
    [1_000_000n, '10000'],
    [366_667n, '3666.67'],
    [100_050n, '1000.50'],
    [9_007_199_254_740_993n, '90071992547409.93'],
  ])('An amount of %s kopecks goes digit by digit', async (minor, text) => {
    const { start } = sessions();
    stub.play(answerOf('MW-1a', { replace: [['10000', text]] }));
    expect(await start(bench.call, { ...plainOrder, amount: rub(minor) })).toMatchObject({ kind: 'accepted' });
    expect(sent(stub.seen[0]).body).toMatchObject({ amount: { number: text } });
  });

  test.each([
    ['2026-12-10T08:00:00Z', '2026-12-10T08:00:00+00:00'],
    ['2026-12-10T08:00:00.250+05:30', '2026-12-10T08:00:00+05:30'],
    ['2026-12-10T08:00-0300', '2026-12-10T08:00:00-03:00'],
  ])('The departure %s is written %s', async (departsAt, written) => {
    const { start } = sessions();
    stub.play(answerOf('MW-1b'));
    await start(bench.call, flying({ departsAt }));
    const flights = [{ departure_dt: written }];
    expect(sent(stub.seen[0]).body).toMatchObject({ product: { segments: [{ flights }] } });
  });

  test('The base URL may end as the documents or earlier editions write it', async () => {
    for (const end of ['/', '/api', '/api/partners', '/api/partners/']) {
      const { start } = sessions({ baseUrl: stub.url + end });
      stub.play(answerOf('MW-1a'));
      await start(bench.call, plainOrder);
      expect(stub.seen[0]?.url).toBe('/api/partners/payments/init');
      await bench.close();
    }
  });

  test('An order number that was used is a conflict; whatever else it does not like is passed on', async () => {
    const { start } = sessions();
    stub.play(refusalOf(409, 'order_id is taken', 'order_id'));
    expect(await start(bench.call, plainOrder)).toMatchObject({
      kind: 'rejected',
      refusal: { errorCode: 'CONFLICT', remedy: 'CHANGE_INPUT', providerMessage: 'order_id: order_id is taken' },
    });
    stub.play({ status: 422, body: 'email is invalid' });
    expect(await start(bench.call, plainOrder)).toMatchObject({
      kind: 'rejected',
      refusal: { httpStatus: 422, remedy: 'CHANGE_INPUT', providerMessage: null },
    });
  });

  test('An address that is no web page is not shown to anybody', async () => {
    const { start } = sessions();
    stub.play(answerOf('MW-1a', { replace: [[FRAME, 'javascript:alert(1)']] }));
    expect(await start(bench.call, plainOrder)).toMatchObject({ kind: 'unknown', why: 'MISSING_FIELD' });
  });

  test('Of the shopper, the secret and the frame nothing is kept', async () => {
    const { start } = sessions();
    stub.play(answerOf('MW-1b'), refusalOf(422, 'Ivanon with 4444333222 is not known at user@gmail.com', 'passport'));
    await start(bench.call, wholeOrder);
    await start(bench.call, wholeOrder);
    const [exchange, refused] = bench.exchanges;
    expect(JSON.parse(exchange?.request.body ?? '')).toMatchObject({
      phone: '***',
      order_id: 'vpih-234lgh',
      success_callback_url: '***',
      product: { cabin_type: 'economy', passengers: [{ last_name: '***', document_number: '***' }] },
      local_passport: { number: '***', issuing_authority: '***' },
      address: { city: '***' },
    });
    expect(JSON.parse(exchange?.answer?.body ?? '')).toMatchObject({ id: 10, frame_url: '***' });
    expect(JSON.parse(refused?.answer?.body ?? '')).toEqual({
      error: '*** with *** is not known at ***',
      field: 'passport',
    });
  });
});

test.each<[field: string, order: CreditOrder]>([
  ['orderId', { ...wholeOrder, orderId: 'a b' }],
  ['orderId', { ...wholeOrder, orderId: 'x'.repeat(65) }],
  ['phone', { ...wholeOrder, phone: '89261234567' }],
  ['email', { ...wholeOrder, email: ' ' }],
  ['amount', { ...wholeOrder, amount: rub(0n) }],
  ['amount', { ...wholeOrder, amount: { minor: 100n, currency: 'USD' } }],
  ['creditCost', { ...wholeOrder, creditCost: rub(-1n) }],
  ['passport.issuedBy', { ...wholeOrder, passport: { ...required(wholeOrder.passport), issuedBy: '' } }],
  ['product.passengers', { ...wholeOrder, product: { ...required(wholeOrder.product), passengers: [] } }],
  ['product.segments', { ...wholeOrder, product: { ...required(wholeOrder.product), segments: [] } }],
  [
    'product.segments.0.flights',
    { ...wholeOrder, product: { ...required(wholeOrder.product), segments: [{ flights: [] }] } },
  ],
  ['product.segments.0.flights.0.departsAt', flying({ departsAt: '2026-12-10T08:00:00' })],
  ['product.segments.0.flights.0.departsAt', flying({ departsAt: '2026-02-30T08:00:00+03:00' })],
  ['product.segments.0.flights.0.arrivesAt', flying({ arrivesAt: '10.12.2026 08:00' })],
  ['product.segments.0.flights.0.origin', flying({ origin: '' })],
])('What is wrong with %s is named, and nothing is sent', async (field, wrong) => {
  const { start, check } = sessions();
  stub.play(answerOf('MW-1a'));
  expect(check(wrong).map(({ path }) => path.join('.'))).toEqual([field]);
  const outcome = await start(bench.call, wrong);
  expect(outcome).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'INVALID_INPUT', httpStatus: null } });
  expect(outcome.kind === 'rejected' && outcome.refusal.providerMessage).toContain(`${field}: `);
  expect(stub.seen).toEqual([]);
});

describe('A session is asked about', () => {
  const nothing = rub(0n);
  test.each([
    ['processing', 'PROCESSING', nothing],
    ['cancelled', 'CANCELLED', nothing],
    ['authorized', 'AUTHORIZED', null],
    ['charged', 'CHARGED', null],
    ['voided', 'VOIDED', order.amount],
    ['refunded', 'REFUNDED', order.amount],
    ['toString', 'UNKNOWN', null],
  ])('MW-3: %s, and what that proves was given back', async (word, state, refunded) => {
    const { ask } = sessions();
    stub.play(stateOf(word));
    expect(await ask(bench.call, order)).toEqual({ state, providerState: word, refunded });
    expect(sent(stub.seen[0])).toEqual(documented('MW-3'));
    expect(bench.log.some((line) => line.includes('unmapped'))).toBe(state === 'UNKNOWN');
  });

  test('One that is not known is none; an answer about another order proves nothing', async () => {
    const { ask } = sessions();
    stub.play(refusalOf(404, 'unknown order'));
    expect(await ask(bench.call, order)).toBeNull();
    stub.play(answerOf('MW-3', { replace: [['partner_order_id', 'another']] }));
    await expect(ask(bench.call, order)).rejects.toMatchObject({ why: 'ECHO_MISMATCH' });
    stub.play(refusalOf(401, 'bad token'));
    await expect(ask(bench.call, order)).rejects.toMatchObject({
      refusal: { httpStatus: 401, remedy: 'CHANGE_INPUT' },
    });
  });
});

describe('A refund', () => {
  const part = { orderId: 'partner_order_id', amount: rub(10_000n) };

  test('MW-4: is done when the status is 200, whatever stands in the body', async () => {
    const { refund } = sessions();
    for (const body of [answerOf('MW-4').body, 'OK', '{"state":"refused"}']) {
      stub.play({ status: 200, body });
      expect(await refund(bench.call, part)).toEqual({ kind: 'accepted', value: null });
      expect(sent(stub.seen[0])).toEqual(documented('MW-4'));
    }
  });

  test.each([
    [400, 'NONE', 'PROVIDER_REJECTED'],
    [401, 'CHANGE_INPUT', 'PROVIDER_REJECTED'],
    [403, 'NONE', 'PROVIDER_REJECTED'],
    [404, 'NONE', 'NOT_FOUND'],
    [409, 'CHANGE_INPUT', 'CONFLICT'],
    [415, 'NONE', 'PROVIDER_REJECTED'],
    [422, 'CHANGE_INPUT', 'PROVIDER_REJECTED'],
  ])('was not done when the status is %s', async (status, remedy, errorCode) => {
    const { refund } = sessions();
    stub.play(refusalOf(status, 'no'));
    const refusal = { httpStatus: status, remedy, errorCode, providerMessage: 'no' };
    expect(await refund(bench.call, part)).toMatchObject({ kind: 'rejected', refusal });
  });

  test.each([201, 204, 302, 500, 502])('is unknown, and not sent again, when the status is %s', async (status) => {
    const { refund } = sessions();
    stub.play({ status, body: '', headers: { location: '/' } });
    expect(await refund(bench.call, part)).toMatchObject({ kind: 'unknown' });
    expect(stub.seen.length).toBe(1);
  });

  test.each([rub(0n), rub(-100n), { minor: 100n, currency: 'KZT' }])('of %o is not sent', async (amount) => {
    const { refund } = sessions();
    stub.play(answerOf('MW-4'));
    const refusal = { errorCode: 'INVALID_INPUT', httpStatus: null };
    expect(await refund(bench.call, { ...part, amount })).toMatchObject({ kind: 'rejected', refusal });
    expect(stub.seen).toEqual([]);
  });
});

test.each([
  ['Bearer SuperSecretTokenValue', 'must be the token alone'],
  ['', 'must be the token alone'],
  [undefined, 'must be given'],
])('A token like %s is named', (token, message) => {
  sessions();
  expect(bench.connectors.check('MONEYWALL', { baseUrl: stub.url, token })).toMatchObject([
    { path: ['token'], message: expect.stringContaining(message) },
  ]);
});
