import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { CreditPrecheck, CreditSessions } from '../../../src/connectors/credit-sessions.ts';
import { moneywall } from '../../../src/connectors/moneywall/index.ts';
import { type Bench, openBench } from '../kit.ts';
import { type Stub, startStub } from '../stub.ts';
import { answerOf, documented, flying, required, rub, sent, TOKEN, wholeOrder } from './golden.ts';

/** Operations that other editions of the documents have (contract A.2). */

let stub: Stub;
let bench: Bench;

beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench.close());
afterAll(() => stub.close());

function sessions(statesEndpoint = 'true'): CreditSessions {
  bench = openBench({ definition: moneywall, settings: { baseUrl: stub.url, token: TOKEN, statesEndpoint } });
  return required(bench.connector.creditSessions);
}

const application: CreditPrecheck = {
  phone: wholeOrder.phone,
  email: wholeOrder.email,
  amount: wholeOrder.amount,
  registeredOn: '2019-02-03',
  ordersCompleted: 4,
  product: required(wholeOrder.product),
};

test('They are offered where the account says that they are there, and nowhere else', () => {
  const offered = (setting: string) => {
    const { operations, precheck, states } = sessions(setting);
    return [operations.filter((operation) => operation.startsWith('A.2')), precheck, states];
  };
  expect(offered('false')).toEqual([[], undefined, undefined]);
  const either = expect.any(Function);
  expect(offered('true')).toEqual([['A.2-states', 'A.2-validate'], either, either]);
});

test('A.2-states: the states of all sessions in a span, its ends with their zone', async () => {
  const { states } = sessions();
  stub.play(answerOf('A.2-states', { replace: [['cancelled', 'blessed']] }));
  const span = { from: new Date('2019-01-01T20:35:14Z'), till: new Date('2019-01-02T20:35:14Z') };
  expect(await states?.(bench.call, span)).toEqual([
    { orderId: 'partner_order_id_1', state: 'PROCESSING', providerState: 'processing' },
    { orderId: 'partner_order_id_2', state: 'UNKNOWN', providerState: 'blessed' },
  ]);
  expect(sent(stub.seen[0])).toMatchObject({
    method: 'GET',
    path: '/api/partners/payments/states?from=2019-01-01T23%3A35%3A14%2B03%3A00&till=2019-01-02T23%3A35%3A14%2B03%3A00',
    headers: { authorization: TOKEN },
  });
  expect(bench.log.some((line) => line.includes('unmapped') && line.includes('blessed'))).toBe(true);
});

test('A.2-validate: an application is checked, with what is bought as MW-1 has it', async () => {
  const { precheck } = sessions();
  stub.play({ status: 200, body: '{"result": "approved"}' });
  expect(await precheck?.(bench.call, application)).toEqual({ approved: true });
  const { headers, body } = documented('MW-1b');
  const { phone, email, amount, product_type, product } = body as Record<string, unknown>;
  const asked = { registration_date: '2019-02-03', orders_completed: { number: '4' } };
  expect(sent(stub.seen[0])).toEqual({
    method: 'POST',
    path: '/api/partners/credit_applications/validate',
    headers,
    body: { phone, email, amount, product_type, product, ...asked },
  });
  expect(JSON.parse(bench.exchanges[0]?.request.body ?? '')).toMatchObject({ phone: '***', email: '***' });
});

test('A result that is in no table says nothing; one that is refused is so', async () => {
  const { precheck } = sessions();
  stub.play({ status: 200, body: '{"result": "declined"}' });
  expect(await precheck?.(bench.call, application)).toEqual({ approved: false });
  stub.play({ status: 200, body: '{"result": "perhaps"}' });
  await expect(precheck?.(bench.call, application)).rejects.toMatchObject({ why: 'UNMAPPED_STATUS' });
  stub.play({ status: 404, body: '' });
  await expect(precheck?.(bench.call, application)).rejects.toMatchObject({ refusal: { errorCode: 'NOT_FOUND' } });
});

test.each([
  { ...application, amount: rub(0n) },
  { ...application, product: required(flying({ departsAt: '2026-12-10' }).product) },
])('What cannot be applied for is not sent', async (wrong) => {
  const { precheck } = sessions();
  stub.play({ status: 200, body: '{"result": "approved"}' });
  await expect(precheck?.(bench.call, wrong)).rejects.toMatchObject({ refusal: { errorCode: 'INVALID_INPUT' } });
  expect(stub.seen).toEqual([]);
});
