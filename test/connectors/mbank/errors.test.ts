import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mbank } from '../../../src/connectors/mbank/index.ts';
import { openBench } from '../kit.ts';
import { type Stub, startStub } from '../stub.ts';
import { PASSWORD, PHONE, refusalOf, rub } from './golden.ts';

/** Every code of the contract's section 4 with its documented status and class. */
const documented: Record<string, { http: string; class: 'retryable' | 'user-fixable' | 'terminal' }> = JSON.parse(
  readFileSync(new URL('./fixtures/errors.json', import.meta.url), 'utf8'),
);
const remedies = { retryable: 'RETRY_LATER', 'user-fixable': 'CHANGE_INPUT', terminal: 'NONE' };

let stub: Stub;
let bench: ReturnType<typeof openBench>;
beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench?.close());
afterAll(() => stub.close());

const refuse = async (status: number, code?: string, details?: unknown) => {
  bench = openBench({ definition: mbank, settings: { baseUrl: stub.url, phone: PHONE, password: PASSWORD } });
  stub.play(refusalOf(status, code, details));
  const payment = { clientId: 'x', reference: null, order: { amount: rub(1n), recipientPhone: '+79261111112' } };
  return bench.connector.transfers?.create?.(bench.call, payment);
};

describe('a refusal of mbank', () => {
  it.each(Object.entries(documented))('%s has the remedy of its class', async (code, row) => {
    const status = Number.parseInt(row.http, 10);
    expect(await refuse(status, code)).toMatchObject({
      kind: 'rejected',
      refusal: { providerCode: code, httpStatus: status, remedy: remedies[row.class], providerMessage: 'нет' },
    });
    expect(mbank.refusals.map((refusal) => refusal.code)).toContain(code);
  });

  it('is known under no code that the contract lacks, but the one that a strict server may invent (T-62)', () => {
    const own = mbank.refusals.map((refusal) => refusal.code).filter((code) => !(code in documented));
    expect(own).toEqual(['invalid_client_payment_id']);
    expect(new Set(mbank.refusals.map((refusal) => refusal.code)).size).toBe(mbank.refusals.length);
  });

  it.each([
    [400, 'NONE', 'PROVIDER'],
    [401, 'CHANGE_INPUT', 'PROVIDER'],
    [403, 'NONE', 'PROVIDER'],
    [404, 'NONE', 'PAYMENT'],
    [405, 'NONE', 'PROVIDER'],
    [415, 'NONE', 'PROVIDER'],
    [422, 'CHANGE_INPUT', 'PAYMENT'],
  ])('with status %i and a code nobody knows is judged by its status', async (status, remedy, blame) => {
    const refusal = { providerCode: 'save_event_fail', remedy, blame };
    expect(await refuse(status, 'save_event_fail')).toMatchObject({ kind: 'rejected', refusal });
    await bench.close();
    expect(await refuse(status)).toMatchObject({ kind: 'rejected', refusal: { ...refusal, providerCode: null } });
  });

  it('over a limit tells the limit and what was attempted', async () => {
    expect(await refuse(422, 'in_amount_limit', { limit: 15000, actual: 16000.5 })).toMatchObject({
      refusal: {
        errorCode: 'LIMIT_EXCEEDED',
        declineReason: 'LIMIT_EXCEEDED',
        limit: { max: rub(1_500_000n), attempted: rub(1_600_050n) },
      },
    });
  });

  it.each([
    ['insufficient_funds', 'INSUFFICIENT_FUNDS', 'INSUFFICIENT_FUNDS'],
    ['wallet_not_identified', 'IDENTIFICATION_REQUIRED', 'IDENTIFICATION_REQUIRED'],
    ['destination_wallet_not_identified', 'PROVIDER_REJECTED', 'RECIPIENT_REFUSED'],
    ['phone_already_exists', 'CONFLICT', 'INVALID_DATA'],
    ['card_not_active', 'CARD_STATE', 'INVALID_DATA'],
    ['invoice_is_declined', 'INVOICE_STATE', 'PROVIDER_REFUSED'],
  ])('%s speaks our words', async (code, errorCode, declineReason) => {
    expect(await refuse(422, code)).toMatchObject({ refusal: { errorCode, declineReason } });
  });

  it.each([201, 204, 302, 408, 409, 429])('is not proven by the undocumented status %i', async (status) => {
    expect(await refuse(status, 'insufficient_funds')).toMatchObject({ kind: 'unknown' });
  });

  it('is not believed when the envelope contradicts the status', async () => {
    bench = openBench({ definition: mbank, settings: { baseUrl: stub.url, phone: PHONE, password: PASSWORD } });
    stub.play({ status: 200, body: '{"meta":{"code":422,"error":"insufficient_funds"}}' });
    const payment = { clientId: 'x', reference: null, order: { amount: rub(1n), recipientPhone: '+79261111112' } };
    expect(await bench.connector.transfers?.create?.(bench.call, payment)).toMatchObject({
      kind: 'unknown',
      why: 'UNREADABLE',
    });
  });
});
