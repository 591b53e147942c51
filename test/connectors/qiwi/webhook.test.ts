import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/connectors/json.ts';
import { isSignedBill, isSignedPayment } from '../../../src/connectors/qiwi/signature.ts';
import { webhooksCapability } from '../../../src/connectors/qiwi/webhook.ts';
import type { Hooks, InboundRequest } from '../../../src/connectors/webhooks.ts';
import { golden } from './golden.ts';

const KEY = 'JcyVhjHCvHQwufz+IHXolyqHgEc5MoayBfParl6Guoc=';
const SECRET = 'test-merchant-secret-for-signature-check';
// receiving registers nothing
const webhooks = webhooksCapability({} as Hooks);

const inbound = (body: string, about: Partial<InboundRequest> = {}): InboundRequest => ({
  method: 'POST',
  path: '',
  query: new URLSearchParams(),
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(body),
  ...about,
});

/** The documented notification with the right hash (contract 5, HOK-7, trap T54). */
const signed = golden('HOK-7').answers[4] ?? '';

/** A documented sample, signed anew, for its own hash cannot be verified. */
function resigned(text: string, message: string, key = KEY): string {
  const hash = createHmac('sha256', Buffer.from(key, 'base64')).update(message).digest('hex');
  return text.replace(/"hash": "[0-9a-f]+"/, `"hash": "${hash}"`);
}

describe('the signature of a payment (contract 6.1)', () => {
  const vectors: [amount: string, type: string, account: string, txnId: string, hash: string][] = [
    ['1', 'IN', '+79161112233', '13353941550', 'f05c4e7bdf00620205d47696d77f924bfd3ba4d02b0398ac8a626e737dc27243'],
    ['1.73', 'OUT', 'thedandod', '13117338074', '7e84513d7d0e63f9888f1475d5ac7ec654ffdacbfab9b24b74d4236cb7f856c7'],
    ['1.01', 'OUT', 'borya241203', '13126423989', '5353723e54ebcf5c84a647c4e69fac948371b0a33355e562e98b0bf340b37f3c'],
    ['1.09', 'IN', '79042426915', '12565018935', '409a11ac5762368fc1c2c978669a36aeb2d5efe500413a62dc5ee3dd10512566'],
    ['1.5', 'IN', '+79161112233', '13353941550', 'd424b498d4e08af7c0480fab13020c95e0e377207631dfac93eebb500ba13796'],
    ['100', 'IN', '+79161112233', '13353941550', '69ff7d0cf7f07574331811c1d72ed00e0cc006fa75735728369a1e8a0871b6b9'],
    ['0.01', 'IN', '+79161112233', '13353941550', 'ac417f238c115bd1b8f1bde1f1b26a67681aadff0fd8a7913742b7f0bacd0caf'],
    ['1.00', 'IN', '+79161112233', '13353941550', 'ac170d13c9141ec3c4b241d65018cf68d70f0a4c20fb11232611d45f45e38a0a'],
  ];
  const payment = (amount: string, type: string, account: string, txnId: string) =>
    parseJson(
      `{"sum": {"amount": ${amount}, "currency": 643}, "type": "${type}", "account": "${account}", "txnId": "${txnId}",
        "signFields": "sum.currency,sum.amount,type,account,txnId"}`,
    ) as Record<string, unknown>;

  it.each(vectors)('of %s %s from or to %s', (amount, type, account, txnId, hash) => {
    expect(isSignedPayment(payment(amount, type, account, txnId), hash, KEY)).toBe(true);
    expect(isSignedPayment(payment(`${amount.replace(/\.00$/, '')}1`, type, account, txnId), hash, KEY)).toBe(false);
  });

  it('may be over the amount as written, shortest, or with two decimals', () => {
    const [one, , , , oneAndHalf, , , two] = vectors.map((vector) => vector[4]);
    const of = (amount: string) => payment(amount, 'IN', '+79161112233', '13353941550');
    expect(isSignedPayment(of('1.00'), one ?? '', KEY)).toBe(true);
    expect(isSignedPayment(of('1'), two ?? '', KEY)).toBe(true);
    expect(isSignedPayment(of('1.50'), oneAndHalf ?? '', KEY)).toBe(true);
    expect(isSignedPayment(of('1.5'), one ?? '', KEY)).toBe(false);
  });

  it('has to cover what tells one payment from another', () => {
    const hash = createHmac('sha256', Buffer.from(KEY, 'base64')).update('643|1').digest('hex');
    const narrow = { ...payment('1', 'IN', 'a', '1'), signFields: 'sum.currency,sum.amount' };
    expect(isSignedPayment(narrow, hash, KEY)).toBe(false);
    expect(isSignedPayment({ ...narrow, signFields: undefined }, hash, KEY)).toBe(false);
  });
});

describe('a notification of a payment (HOK-7)', () => {
  it('says whose key it claims to be signed with', () => {
    expect(webhooks.signedWith?.(inbound(signed))).toEqual({ hook: '5e2027d1-f5f3-4ad1-b409-058b8b8a8c22' });
    expect(webhooks.signedWith?.(inbound('not json'))).toBeNull();
  });

  it('tells of what came in, and is answered 200', () => {
    expect(webhooks.receive(inbound(signed), KEY)).toEqual({
      kind: 'news',
      dedupeKey: 'payment:13353941550:IN:SUCCESS',
      reply: { status: 200, body: '{}' },
      news: {
        kind: 'payment',
        reference: '13353941550',
        clientId: null,
        status: 'COMPLETED',
        reason: 'COMPLETE',
        occurredAt: new Date('2018-06-27T10:39:00Z'),
        payment: null,
        walletNumber: '78000008000',
        direction: 'IN',
      },
    });
  });

  it.each([
    [0, '643|1.73|OUT|myAccount|13117338074', 'PROCESSING', null, 'OUT'],
    [1, '643|1.73|OUT|thedandod|13117338074', 'COMPLETED', 'COMPLETE', 'OUT'],
    [2, '643|1.01|OUT|borya241203|13126423989', 'DECLINED', 'DECLINE', 'OUT'],
    [3, '643|1.09|IN|79042426915|12565018935', 'COMPLETED', 'COMPLETE', 'IN'],
  ])('sample %i', (at, message, status, reason, direction) => {
    const body = resigned(golden('HOK-7').answers[at] ?? '', message);
    expect(webhooks.receive(inbound(body), KEY)).toMatchObject({ kind: 'news', news: { status, reason, direction } });
  });

  it('says the same of the same state, and another thing of another', () => {
    const key = (at: number, message: string) => {
      const verdict = webhooks.receive(inbound(resigned(golden('HOK-7').answers[at] ?? '', message)), KEY);
      return verdict.kind === 'news' ? verdict.dedupeKey : '';
    };
    const [waiting, success] = [
      key(0, '643|1.73|OUT|myAccount|13117338074'),
      key(1, '643|1.73|OUT|thedandod|13117338074'),
    ];
    expect(waiting).toBe(key(0, '643|1.73|OUT|myAccount|13117338074'));
    expect(waiting).not.toBe(success);
  });

  it('with a word that is in no table concludes nothing', () => {
    const body = signed.replace('"SUCCESS"', '"FROZEN"');
    expect(webhooks.receive(inbound(body), KEY)).toMatchObject({ news: { status: 'UNKNOWN', reason: null } });
  });

  it.each([
    ['another amount', signed.replace('"amount": 1,', '"amount": 2,'), KEY],
    ['another account', signed.replace('+79161112233', '+79161112234'), KEY],
    ['a hash of another length', signed.replace('f05c4e7b', ''), KEY],
    ['another key', signed, 'L8UVF3JkLVUr6r70LiE0A9/5WoGGwWKG2pI/e+l/9fs='],
    ['a key that nobody knows', signed, null],
    ['no key', signed, undefined],
  ])('is refused as forged with %s', (_what, body, key) => {
    expect(webhooks.receive(inbound(body), key)).toMatchObject({
      kind: 'refused',
      why: 'FORGED',
      reply: { status: 401 },
    });
  });

  it.each([
    '',
    'not json',
    '{}',
    '[]',
    'null',
    '{"payment":{"txnId":"1"},"hash":"a"}',
    signed.replace('"payment"', '"paid"'),
  ])('is refused as malformed with the body %j', (body) => {
    const reply = { status: 400 };
    expect(webhooks.receive(inbound(body), KEY)).toMatchObject({ kind: 'refused', why: 'MALFORMED', reply });
  });

  it('is refused when it is no POST', () => {
    expect(webhooks.receive(inbound(signed, { method: 'GET' }), KEY)).toMatchObject({ reply: { status: 405 } });
  });

  it('is a test when it says so, and books nothing (trap T47)', () => {
    const test = golden('HOK-6').answers[1] ?? '';
    const news = { kind: 'test', hookReference: 'd63a8729-f5c8-486f-907d-9fb8758afcfc' };
    const reply = { status: 200, body: '{}' };
    expect(webhooks.receive(inbound(test), null)).toMatchObject({ kind: 'news', news, reply });
    expect(webhooks.receive(inbound(signed.replace('"test": false', '"test": true')), KEY)).toMatchObject({
      news: { kind: 'test' },
    });
  });
});

describe('a notification of a bill (P2P-5)', () => {
  const hash = (message: string) => createHmac('sha256', SECRET).update(message).digest('hex');
  const body = golden('P2P').answers[3] ?? '';
  const message = 'RUB|1.00|cc961e8d-d4d6-4f02-b737-2297e51fb48e|9hh4jb-00|PAID';
  const request = (text = body, signature = hash(message)) =>
    inbound(text, { path: '/wal_01', headers: { 'x-api-signature-sha256': signature } });

  it('is signed over two decimals (appendix A.3)', () => {
    const bill = { currency: 'RUB', value: '1.00', billId: 'test_bill', siteId: 'test', status: 'PAID' };
    const right = '07e0ebb10916d97760c196034105d010607a6c6b7d72bfa1c3451448ac484a3b';
    expect(isSignedBill(bill, right, SECRET)).toBe(true);
    expect(isSignedBill({ ...bill, value: '1' }, right, SECRET)).toBe(true);
    expect(isSignedBill({ ...bill, value: '1.01' }, right, SECRET)).toBe(false);
    expect(isSignedBill({ ...bill, status: 'REJECTED' }, right, SECRET)).toBe(false);
  });

  it('is signed with the key of the wallet in its address', () => {
    expect(webhooks.signedWith?.(request())).toEqual({ walletId: 'wal_01', credential: 'p2pSecretKey' });
    expect(webhooks.signedWith?.({ ...request(), path: '' })).toBeNull();
    expect(webhooks.signedWith?.({ ...request(), path: '/a/b' })).toBeNull();
  });

  it('tells what became of the bill, and is answered as documented', () => {
    expect(webhooks.receive(request(), SECRET)).toEqual({
      kind: 'news',
      dedupeKey: 'bill:9hh4jb-00:cc961e8d-d4d6-4f02-b737-2297e51fb48e:PAID',
      reply: { status: 200, body: '{"error":"0"}' },
      news: {
        kind: 'invoice',
        number: 'cc961e8d-d4d6-4f02-b737-2297e51fb48e',
        state: 'COMPLETED',
        invoice: null,
      },
    });
  });

  it('may write its amount as a number', () => {
    const text = body.replace('"value": "1.00"', '"value": 1');
    expect(webhooks.receive(request(text), SECRET)).toMatchObject({ kind: 'news' });
  });

  it('is refused when it is forged or malformed', () => {
    const refused = (why: string) => ({ kind: 'refused', why });
    expect(webhooks.receive(request(body.replace('"1.00"', '"2.00"')), SECRET)).toMatchObject(refused('FORGED'));
    expect(webhooks.receive(request(), 'another secret')).toMatchObject(refused('FORGED'));
    expect(webhooks.receive(request(), null)).toMatchObject(refused('FORGED'));
    expect(webhooks.receive(request('{"bill":{}}'), SECRET)).toMatchObject(refused('MALFORMED'));
  });
});
