import { describe, expect, test } from 'vitest';
import {
  CreateCustomerDocument,
  CreateSessionTokenDocument,
  type CustomerCreateInput,
  CustomerRecordsDocument,
} from '../../schema/operations.ts';
import { createApiKey } from '../../src/domain/access/create-api-key.ts';
import { upstreamUserId } from '../../src/domain/customer/upstream-user-id.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, unique } from '../support/builders.ts';
import { startDiwa, TOKEN, wholePerson } from '../support/diwa.ts';
import { run } from '../support/operations.ts';
import { booksStay, invalid, notFound } from '../support/refused.ts';

const gateway = await startTestApp();
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const diwa = await startDiwa(gateway, partnerId);

let lastNumber = 100;
/** A number of the partner's own that no other customer has. */
const newNumber = (): string => `${++lastNumber}`;
const atDiwa = (externalId: string, more: Partial<CustomerCreateInput> = {}) => ({
  input: { externalId, provider: 'DIWA' as const, ...more },
});
const identified = { identification: 'FULL' as const, person: wholePerson };
const create = async (externalId: string, more?: Partial<CustomerCreateInput>, by = call) =>
  done((await by(CreateCustomerDocument, atDiwa(externalId, more))).customerCreate, 'CustomerCreateSuccess');
const look = async (externalId: string, by = call) => (await by(CustomerRecordsDocument, { externalId })).customer;
const recordOf = async (externalId: string) => (await look(externalId))?.records[0];
/** Refused, with nothing made here or there and no money moved. */
async function refused(input: { input: CustomerCreateInput }, by = call) {
  const before = diwa.clients();
  const customers = await gateway.deps.db.prisma.customer.count();
  const records = await gateway.deps.db.prisma.customerRecord.count();
  const answer = await booksStay(gateway, () => refusal(by(CreateCustomerDocument, input)));
  expect(diwa.clients()).toEqual(before);
  expect(await gateway.deps.db.prisma.customer.count()).toBe(customers);
  expect(await gateway.deps.db.prisma.customerRecord.count()).toBe(records);
  return answer;
}

describe('A customer who is a client of DiWa', () => {
  test('Whole data and a level make an identified client, under the customer’s own number; DiWa’s id is told.', async () => {
    const id = newNumber();
    const notifications = { channel: 'EMAIL_AND_SMS', period: 'WEEK' } as const;
    const { customer, replayed } = await create(id, { ...identified, notifications });
    expect(replayed).toBe(false);
    expect(customer).toMatchObject({ externalId: id, identification: { level: 'FULL', status: 'VERIFIED' } });
    const [client] = diwa.clients().filter(({ userId }) => `${userId}` === id);
    expect(client).toMatchObject({ authorized: true, notifyType: 'MP', notifyPeriod: 'WEEK' });
    expect(client?.data).toEqual({
      email: 'zina@post.example',
      phone: '79261234567',
      first_name: 'Zinaida',
      last_name: 'Sokolova',
      third_name: 'Pavlovna',
      passport_series: '4510',
      passport_number: '987654',
      birth_date: '1987-03-14',
      passport_issued_date: '2010-05-06',
      passport_issued_by: 'OVD Arbat, Moscow',
      registration_address: 'Moscow, Arbat 1, 2',
      additional_document_type: 'INN',
      additional_document_number: '770123456789',
      identification_type: '3',
      non_resident: false,
    });
    expect((await look(id))?.records).toEqual([
      {
        provider: { code: 'DIWA' },
        reference: `${client?.id}`,
        userId: id,
        identification: { level: 'FULL', status: 'VERIFIED', providerLevel: '3' },
        person: { ...wholePerson, snils: null, oms: null },
        notifications,
        createdAt: expect.stringMatching(/Z$/),
        lastNotifiedAt: null,
      },
    ]);
  });

  test('Repeating answers the same client; other data change nothing, and the record tells what DiWa keeps.', async () => {
    const id = newNumber();
    const first = await create(id, { ...identified, notifications: { channel: 'EMAIL', period: 'DAY' } });
    const kept = await recordOf(id);
    const again = await create(id, identified);
    const other = await create(id, {
      identification: 'SIMPLIFIED',
      person: { ...wholePerson, lastName: 'Another', email: 'other@post.example' },
      notifications: { channel: 'NONE', period: 'MONTH' },
    });
    expect([again, other]).toMatchObject([
      { replayed: true, customer: { id: first.customer.id } },
      { replayed: true, customer: { id: first.customer.id, identification: { level: 'FULL' } } },
    ]);
    expect(await recordOf(id)).toEqual(kept);
    expect(kept).toMatchObject({
      person: { lastName: 'Sokolova' },
      notifications: { channel: 'EMAIL', period: 'DAY' },
      identification: { level: 'FULL' },
    });
    expect(diwa.clients().filter(({ userId }) => `${userId}` === id)).toHaveLength(1);
  });

  test('A client who was there before we came keeps its data, and the level of a new customer is what DiWa accepted.', async () => {
    const { customer } = await create('9002', identified);
    expect(customer.identification).toMatchObject({ level: 'NONE', status: 'NOT_STARTED' });
    expect(await recordOf('9002')).toMatchObject({
      reference: '9124',
      identification: { level: 'NONE' },
      person: null,
      notifications: { channel: 'NONE', period: 'DAY' },
      createdAt: '2018-01-02T21:00:00.000Z',
    });
    await create('9001');
    expect(await recordOf('9001')).toMatchObject({
      identification: { level: 'SIMPLIFIED', providerLevel: '2' },
      person: { passport: 'test test', phone: '123123' },
    });
    expect((await look('9001'))?.identification.level).toBe('SIMPLIFIED');
  });

  test('What is given without a level makes a client that is not identified.', async () => {
    const id = newNumber();
    const { customer } = await create(id, { person: { firstName: 'Ivan', phone: '+79031112233' } });
    expect(customer.identification.level).toBe('NONE');
    expect(await recordOf(id)).toMatchObject({
      identification: { level: 'NONE', status: 'NOT_STARTED' },
      person: { firstName: 'Ivan', phone: '+79031112233', lastName: null },
      notifications: { channel: 'NONE', period: 'INSTANT' },
    });
  });

  test('Each way and period of notifications goes to DiWa as it is documented; the last notification is told.', async () => {
    const ways = { EMAIL: 'M', SMS: 'P', EMAIL_AND_SMS: 'MP', NONE: 'N' } as const;
    for (const [channel, notifyType] of Object.entries(ways) as [keyof typeof ways, string][])
      for (const period of ['INSTANT', 'DAY', 'WEEK', 'MONTH'] as const) {
        const id = newNumber();
        await create(id, { notifications: { channel, period } });
        expect(diwa.clients().at(-1)).toMatchObject({ notifyType, notifyPeriod: period });
        expect((await recordOf(id))?.notifications).toEqual({ channel, period });
      }
    const id = newNumber();
    await create(id, { notifications: { channel: 'SMS', period: 'DAY' } });
    diwa.act('client.notify', { userId: Number.parseInt(id, 10) });
    const told = (await recordOf(id))?.lastNotifiedAt ?? '';
    expect(Math.abs(Date.parse(told) - diwa.sandbox.control.now().getTime())).toBeLessThan(60_000);
  });

  test('One who is known here only is made there, with the data given here before; one who is gone there is made again.', async () => {
    const id = newNumber();
    const here = { externalId: id, identification: 'SIMPLIFIED' as const, person: wholePerson };
    const local = done((await call(CreateCustomerDocument, { input: here })).customerCreate, 'CustomerCreateSuccess');
    expect((await look(id))?.records).toEqual([]);
    const there = await create(id);
    expect(there).toMatchObject({ replayed: true, customer: { id: local.customer.id } });
    const record = await recordOf(id);
    expect(record).toMatchObject({
      userId: id,
      identification: { level: 'SIMPLIFIED', providerLevel: '2' },
      person: { lastName: 'Sokolova' },
    });
    diwa.act('client.remove', { userId: Number.parseInt(id, 10) });
    expect((await look(id))?.records).toEqual([]);
    expect((await create(id)).replayed).toBe(true);
    expect(await recordOf(id)).toMatchObject({ userId: id, reference: record?.reference });
  });

  test('Two requests at once make one customer and one client.', async () => {
    const id = newNumber();
    const both = await Promise.all([create(id, identified), create(id, identified), create(id, identified)]);
    expect(new Set(both.map(({ customer }) => customer.id)).size).toBe(1);
    expect(both.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(diwa.clients().filter(({ userId }) => `${userId}` === id)).toHaveLength(1);
    expect((await look(id))?.records).toHaveLength(1);
  });
});

describe('The number of a customer', () => {
  test('An id that is no number gets one from 9000000000000 up, its own, and keeps it.', async () => {
    const ids = [
      unique('shop-user'),
      unique('shop-user'),
      '007',
      '7',
      '9000000000000',
      '-5',
      '1.5',
      '12345678901234567890',
    ];
    for (const id of ids) await create(id);
    const numbers = await Promise.all(ids.map(async (id) => (await recordOf(id))?.userId ?? ''));
    expect(new Set(numbers).size).toBe(ids.length);
    for (const [index, number] of numbers.entries())
      if (ids[index] === '7') expect(number).toBe('7');
      else expect(number).toMatch(/^(9\d{12}|\d{14,15})$/);
    for (const id of ids) await create(id);
    expect(await Promise.all(ids.map(async (id) => (await recordOf(id))?.userId))).toEqual(numbers);
    expect(diwa.clients().map(({ userId }) => `${userId}`)).toEqual(expect.arrayContaining(numbers));
  });

  test('A number that is somebody else’s already is not taken.', async () => {
    const [first, second] = [unique('taken'), unique('taken')];
    const { customer } = await create(first);
    // as it would be if both ids led to the same number
    const key = { customerId: customer.id, providerAccountId: diwa.account.id };
    const where = { customerId_providerAccountId: key };
    await gateway.deps.db.prisma.customerRecord.update({ where, data: { userId: upstreamUserId(second) } });
    await create(second);
    expect(await recordOf(second)).toMatchObject({ userId: upstreamUserId(second, 1) });
  });
});

describe('What cannot be made is refused by name, and nothing is left of it', () => {
  test('A level without whole data names each field that is missing: DiWa would keep the client unidentified for good.', async () => {
    const { middleName: _, inn: __, ...person } = wholePerson;
    const answer = await refused(
      atDiwa(newNumber(), { identification: 'FULL', person: { ...person, passport: '4510' } }),
    );
    expect(answer).toMatchObject({ __typename: 'InvalidInputError', code: 'INVALID_INPUT' });
    expect(answer.issues?.map(({ path }) => path.join('.'))).toEqual([
      'input.person.middleName',
      'input.person.passport',
      'input.person.inn',
    ]);
    const none = await refused(atDiwa(newNumber(), { identification: 'SIMPLIFIED' }));
    expect(none.issues).toHaveLength(11);
    await create(newNumber(), {
      identification: 'FULL',
      person: { ...person, middleName: 'P', oms: '7701234567890123' },
    });
    expect(diwa.clients().at(-1)).toMatchObject({ authorized: true, data: { additional_document_type: 'OMS' } });
  });

  test('A bad field, a provider without clients and an account that is not the partner’s.', async () => {
    const bad = { ...wholePerson, birthDate: undefined, inn: '12' };
    expect(await refused(atDiwa(newNumber(), { ...identified, person: bad }))).toMatchObject(
      invalid('input.person.inn'),
    );
    expect(await refused(atDiwa(' '))).toMatchObject(invalid('input.externalId'));
    const unsupported = { __typename: 'NotSupportedError', code: 'NOT_SUPPORTED' };
    expect(await refused({ input: { externalId: newNumber(), provider: 'MBANK' } })).toMatchObject(unsupported);
    const other = run(gateway, (await gateway.partner('Another')).apiKey);
    expect(await refused(atDiwa(newNumber()), other)).toMatchObject(unsupported);
    const foreign = { externalId: newNumber(), providerAccountId: diwa.account.id };
    expect(await refused({ input: foreign }, other)).toMatchObject(notFound);
    expect(await refused({ input: { ...foreign, provider: 'QIWI' } })).toMatchObject(notFound);
    const { customerCreate } = await call(CreateCustomerDocument, { input: foreign });
    expect(done(customerCreate, 'CustomerCreateSuccess').replayed).toBe(false);
  });
});

describe('Who sees what DiWa keeps', () => {
  test('Whole to who may read personal data and to the customer; masked to another key; to another partner nothing.', async () => {
    const id = newNumber();
    const { customer } = await create(id, identified);
    const { deps } = gateway;
    const key = await createApiKey(deps, { partnerId, name: 'support', scopes: ['CUSTOMERS_READ'] });
    expect((await look(id, run(gateway, key.secret)))?.records).toMatchObject([
      { userId: id, person: { firstName: 'Zinaida', lastName: 'S•••', passport: '•••54', birthDate: null } },
    ]);
    const { sessionTokenCreate } = await call(CreateSessionTokenDocument, { input: { customerId: customer.id } });
    const { token } = done(sessionTokenCreate, 'SessionTokenCreateSuccess');
    expect((await look(id, run(gateway, token)))?.records).toMatchObject([{ person: { passport: '4510 987654' } }]);
    expect(await look(id, run(gateway, (await gateway.partner('Stranger')).apiKey))).toBeNull();
  });

  test('Nothing of the person is stored a second time, or logged.', async () => {
    await create(newNumber(), identified);
    const rows = await gateway.deps.db.prisma.customerRecord.findMany();
    const stored = JSON.stringify(rows) + gateway.logged.join('');
    for (const secret of ['Sokolova', '987654', '79261234567', 'zina@post.example', 'Arbat', TOKEN])
      expect(stored).not.toContain(secret);
  });
});
