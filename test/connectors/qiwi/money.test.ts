import { describe, expect, test } from 'vitest';
import { parseJson, stringifyJson } from '../../../src/connectors/json.ts';
import { readAnswer } from '../../../src/connectors/qiwi/answer.ts';
import { amount, amountOut, currencyOut } from '../../../src/connectors/qiwi/money.ts';
import { meaningOf } from '../../../src/connectors/qiwi/status.ts';

describe('Amounts', () => {
  test.each([
    ['{"amount":8.74,"currency":643}', 874n, 'RUB'],
    ['{"amount":0.0,"currency":"643"}', 0n, 'RUB'],
    ['{"amount":100.500,"currency":840}', 10_050n, 'USD'],
    ['{"amount":"1.01","currency":"978"}', 101n, 'EUR'],
    ['{"amount":1e2,"currency":398}', 10_000n, 'KZT'],
    ['{"amount":12345678901234.56,"currency":643}', 1_234_567_890_123_456n, 'RUB'],
    ['{"amount":5,"currency":51}', 500n, 'AMD'],
    ['{"amount":5,"currency":392}', 5n, 'JPY'],
  ])('%s is read exactly', (text, minor, currency) => {
    expect(amount.parse(parseJson(text))).toEqual({ minor, currency });
  });

  test.each([
    '{"amount":1.001,"currency":643}',
    '{"amount":1,"currency":642}',
    '{"amount":1,"currency":"RUB"}',
    '{"amount":null,"currency":643}',
    '{"amount":"1,5","currency":643}',
  ])('%s is none', (text) => expect(amount.safeParse(parseJson(text)).success).toBe(false));

  test.each([
    [9_901n, '99.01'],
    [10_050n, '100.5'],
    [100_000n, '1000'],
    [1n, '0.01'],
    [1_234_567_890_123_456n, '12345678901234.56'],
  ])('%d kopecks are written as %s', (minor, text) => {
    expect(stringifyJson({ amount: amountOut({ minor, currency: 'RUB' }) })).toBe(`{"amount":${text}}`);
  });

  test('A currency is written as three digits of text', () => {
    expect(['RUB', 'USD', 'EUR', 'KZT', 'AMD'].map(currencyOut)).toEqual(['643', '840', '978', '398', '051']);
  });
});

describe('Answers', () => {
  const answer = (status: number, body = '') => ({ status, headers: {}, body: Buffer.from(body) });
  const refusalOf = (status: number, body: string) => {
    try {
      return readAnswer('PAY-4', answer(status, body), () => expect.unreachable());
    } catch (error) {
      return (error as { refusal?: unknown }).refusal;
    }
  };

  test('Both forms of an error body are kept, but only a code of the table decides', () => {
    expect(refusalOf(400, '{"code":"QWPRC-542","message":"Неверный номер карты получателя"}')).toMatchObject({
      providerCode: '542',
      providerMessage: 'Неверный номер карты получателя',
      remedy: 'NONE',
    });
    const six = '{"serviceName":"invoicing-api","errorCode":"220","description":"Bad","userMessage":"Плохо"}';
    expect(refusalOf(400, six)).toMatchObject({
      providerCode: '220',
      providerMessage: 'Плохо',
      errorCode: 'PROVIDER_REJECTED',
    });
    for (const body of ['', 'null', '[]', '<html>', '{"code":5}'])
      expect(refusalOf(404, body)).toMatchObject({ providerCode: null, errorCode: 'NOT_FOUND' });
  });

  test('A code says nothing of who may ask and when', () => {
    for (const status of [401, 403, 423, 429]) expect(meaningOf(status, '220')).toEqual(meaningOf(status, null));
    expect(meaningOf(422, '220')?.errorCode).toBe('INSUFFICIENT_FUNDS');
    for (const status of [300, 402, 409, 418]) expect(meaningOf(status, '220')).toBeUndefined();
  });
});
