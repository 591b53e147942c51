import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CustomerOrder } from '../../../src/connectors/customers.ts';
import { diwa } from '../../../src/connectors/diwa/index.ts';
import { present } from '../../../src/lib/assert.ts';
import { type Bench, openBench } from '../kit.ts';
import { type Stub, startStub } from '../stub.ts';
import { answerOf, documented, sent } from './golden.ts';

let stub: Stub;
let bench: Bench;
beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench.close());
afterAll(() => stub.close());

const customers = (settings: Record<string, string> = {}) => {
  bench = openBench({ definition: diwa, settings: { baseUrl: stub.url, token: 'YOUR-API-TOKEN', ...settings } });
  return present(bench.connector.customers, 'customers');
};

const nobody: CustomerOrder = {
  userId: '1',
  level: 'NONE',
  notifications: { channel: 'EMAIL', period: 'MONTH' },
  person: null,
};
const person = {
  email: 'test@test.com',
  phone: '+123123123',
  firstName: 'test',
  lastName: 'test',
  middleName: 'test',
  passport: '1111 222333',
  birthDate: '1999-01-01',
  passportIssuedAt: '1999-01-01',
  passportIssuedBy: 'test',
  address: 'test',
  inn: '123456789',
  nonResident: false,
};
const somebody: CustomerOrder = { ...nobody, level: 'SIMPLIFIED', person };

/** The body of a request about a customer. */
const customer = ({ body }: { body: unknown }) => body as { authorized: boolean; data: Record<string, unknown> };

describe('clients.create', () => {
  test('D-1a: a client of whom nothing is known', async () => {
    stub.play(answerOf('D-1a'));
    const outcome = await customers().create(bench.call, nobody);
    expect(outcome).toEqual({ kind: 'accepted', value: { reference: '123' } });
    expect(sent(stub.seen[0])).toEqual(documented('D-1a'));
  });

  test('D-1b: an identified one; its type goes as the text that it is declared to be (trap T-05)', async () => {
    stub.play(answerOf('D-1b'));
    const outcome = await customers().create(bench.call, somebody);
    expect(outcome).toEqual({ kind: 'accepted', value: { reference: '123' } });
    const example = documented('D-1b');
    const body = customer(example);
    const data = { ...body.data, identification_type: '2' };
    expect(sent(stub.seen[0])).toEqual({ ...example, body: { ...body, data } });
  });

  test('A person with something missing is not claimed to be identified', async () => {
    stub.play(answerOf('D-1b'));
    const { middleName: _, ...rest } = person;
    await customers().create(bench.call, { ...somebody, level: 'FULL', person: rest });
    expect(sent(stub.seen[0]).body).toMatchObject({ authorized: false, data: { identification_type: '1' } });
    expect(customer(sent(stub.seen[0])).data).not.toHaveProperty('third_name');
  });

  test.each([
    ['4510987654', '4510', '987654'],
    ['45 10 987654', '4510', '987654'],
    ['N 1234567', 'N', '1234567'],
    ['C01X00T47', undefined, 'C01X00T47'],
  ])('The passport %s goes in its two parts', async (passport, series, number) => {
    stub.play(answerOf('D-1b'));
    await customers().create(bench.call, { ...somebody, person: { ...person, passport } });
    const body = customer(sent(stub.seen[0]));
    expect([body.data['passport_series'], body.data['passport_number']]).toEqual([series, number]);
    expect(body.authorized).toBe(series !== undefined);
  });

  test.each([
    ['SMS', 'P'],
    ['EMAIL_AND_SMS', 'MP'],
    ['NONE', 'N'],
  ] as const)('Notifications by %s are %s', async (channel, notifyType) => {
    stub.play(answerOf('D-1a'));
    await customers().create(bench.call, { ...nobody, notifications: { channel, period: 'INSTANT' } });
    expect(sent(stub.seen[0]).body).toMatchObject({ notifyType, notifyPeriod: 'INSTANT' });
  });

  test('Of several documents the first one goes', async () => {
    stub.play(answerOf('D-1a'));
    const { inn: _, ...rest } = person;
    const documents = { oms: '1234567890123456', snils: '112-233-445 95' };
    await customers().create(bench.call, { ...somebody, person: { ...rest, ...documents } });
    expect(customer(sent(stub.seen[0])).data).toMatchObject({
      additional_document_type: 'SNILS',
      additional_document_number: '112-233-445 95',
    });
  });

  test('A number beyond the doubles goes digit by digit, and an id that is none is not sent', async () => {
    stub.play(answerOf('D-1a'));
    await customers().create(bench.call, { ...nobody, userId: '9007199254740993' });
    expect(stub.seen[0]?.body.toString()).toContain('"userId":9007199254740993,');
    const outcome = await bench.connector.customers?.create(bench.call, { ...nobody, userId: 'user-1' });
    expect(outcome).toMatchObject({ kind: 'rejected', refusal: { errorCode: 'INVALID_INPUT', httpStatus: null } });
    expect(stub.seen.length).toBe(1);
  });

  test('D-5: what the provider does not like about the data is passed on', async () => {
    stub.play(answerOf('D-5', { status: 422 }));
    expect(await customers().create(bench.call, nobody)).toMatchObject({
      kind: 'rejected',
      refusal: { httpStatus: 422, remedy: 'CHANGE_INPUT', providerMessage: 'The given data was invalid.' },
    });
  });
});

test('What an order lacks for its level is named; an order without a level lacks nothing', () => {
  const { lacks } = customers();
  const lacking = (order: CustomerOrder) => lacks(order).map(({ field }) => field);
  expect(lacking(somebody)).toEqual([]);
  expect(lacking({ ...somebody, person: { ...person, passport: '222333' } })).toEqual(['passport']);
  const { inn: _, ...documentless } = person;
  expect(lacking({ ...somebody, person: documentless })).toEqual(['inn']);
  expect(lacking({ ...somebody, person: { ...documentless, snils: '11223344595' } })).toEqual([]);
  expect(lacking({ ...somebody, person: null })).toHaveLength(11);
  expect(lacking({ ...somebody, level: 'NONE', person: {} })).toEqual([]);
});

describe('clients.getId', () => {
  test('D-2: the client id of a user', async () => {
    stub.play(answerOf('D-2'));
    expect(await customers().find(bench.call, '1')).toBe('123');
    expect(sent(stub.seen[0])).toEqual(documented('D-2'));
  });

  test('An unknown user is none', async () => {
    stub.play({ status: 404, body: '{"message":"Not found."}' });
    expect(await customers().find(bench.call, '2')).toBeNull();
    expect(await bench.connector.customers?.load(bench.call, { userId: '2', reference: '7' })).toBeNull();
  });

  test('D-4: a redirect is a refusal, and the token goes nowhere else (trap T-09)', async () => {
    const elsewhere = await startStub();
    elsewhere.play(answerOf('D-2'));
    stub.play({ status: 302, body: '', headers: { location: `${elsewhere.url}/` } });
    await expect(customers().find(bench.call, '1')).rejects.toMatchObject({
      refusal: { httpStatus: 302, remedy: 'NONE', blame: 'PROVIDER' },
    });
    expect([stub.seen.length, elsewhere.seen.length]).toEqual([1, 0]);
    await elsewhere.close();
  });

  test('The base URL may end as the documents write it', async () => {
    stub.play(answerOf('D-2'));
    await customers({ baseUrl: `${stub.url}/api/` }).find(bench.call, '1');
    expect(stub.seen[0]?.url).toBe('/api/wallets/getClientId/1');
  });
});

describe('clients.getInfo', () => {
  test('D-3: what the provider keeps; ids that are the other way round are only logged (trap T-03)', async () => {
    stub.play(answerOf('D-3'));
    expect(await customers().load(bench.call, { userId: '1', reference: '123' })).toEqual({
      userId: '1',
      level: 'SIMPLIFIED',
      providerLevel: '2',
      person: { ...person, phone: '123123', passport: 'test test', inn: 'test' },
      notifications: { channel: 'EMAIL', period: 'MONTH' },
      createdAt: new Date('2018-01-02T00:04:05Z'),
      lastNotifiedAt: null,
    });
    expect(sent(stub.seen[0])).toEqual(documented('D-3'));
    expect(bench.log.some((line) => line.includes('other ids'))).toBe(true);
  });

  test('Ids as their fields say are not worth a word; what is not authorized is not identified', async () => {
    const replace: [string, string][] = [
      ['"id": 1,', '"id": 321,'],
      ['"user_id": 123', '"user_id": 1'],
      ['"authorized": true', '"authorized": false'],
      ['"last_notify_date": null', '"last_notify_date": "2018-02-02 00:00:00"'],
    ];
    stub.play(answerOf('D-3', { replace }));
    expect(await customers().load(bench.call, { userId: '1', reference: '321' })).toMatchObject({
      level: 'NONE',
      providerLevel: '2',
      lastNotifiedAt: new Date('2018-02-01T21:00:00Z'),
    });
    expect(bench.log.some((line) => line.includes('other ids'))).toBe(false);
  });

  test('Words that are in no table prove nothing', async () => {
    const replace: [string, string][] = [
      ['"identification_type": "2"', '"identification_type": "9"'],
      ['"notify_type": "M"', '"notify_type": "FAX"'],
    ];
    stub.play(answerOf('D-3', { replace }));
    const told = await customers().load(bench.call, { userId: '1', reference: '123' });
    expect(told).toMatchObject({ level: null, providerLevel: '9', notifications: null });
  });

  test('A client without data is one', async () => {
    const { body } = answerOf('D-3');
    stub.play({ status: 200, body: JSON.stringify({ ...JSON.parse(body), authorized: false, data: null }) });
    const told = await customers().load(bench.call, { userId: '1', reference: '123' });
    expect(told).toMatchObject({ level: 'NONE', providerLevel: null, person: null });
  });
});

test('A missing token is named', () => {
  customers();
  expect(bench.connectors.check('DIWA', { baseUrl: 'https://diwa.example' })).toMatchObject([
    { path: ['token'], message: 'must be given: the API token of the storefront' },
  ]);
});
