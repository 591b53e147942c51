import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { CreateCustomerDocument, type CustomerCreateInput, CustomerRecordsDocument } from '../../schema/operations.ts';
import { present } from '../../src/lib/assert.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal } from '../support/builders.ts';
import { callFaults, PATIENCE } from '../support/call-faults.ts';
import { diwaAccount, startDiwa, TOKEN, wholePerson } from '../support/diwa.ts';
import { run } from '../support/operations.ts';
import { booksStay } from '../support/refused.ts';

/** Calls of DiWa that fail or whose answer is lost: no client is doubled, none is forgotten. */
const gateway = await startTestApp({ patience: PATIENCE });
const { partnerId, apiKey } = await gateway.partner();
const call = run(gateway, apiKey);
const diwa = await startDiwa(gateway, partnerId);
const { control } = diwa.sandbox;

let lastNumber = 5_000;
const newNumber = (): string => `${++lastNumber}`;
const identified = { identification: 'FULL' as const, person: wholePerson };
const send = (externalId: string, more: Partial<CustomerCreateInput> = identified) =>
  call(CreateCustomerDocument, { input: { externalId, provider: 'DIWA', ...more } });
const create = async (externalId: string) => done((await send(externalId)).customerCreate, 'CustomerCreateSuccess');
const refused = (externalId: string, more?: Partial<CustomerCreateInput>) =>
  booksStay(gateway, () => refusal(send(externalId, more)));
const look = async (externalId: string) => (await call(CustomerRecordsDocument, { externalId })).customer;
const clientsOf = (externalId: string) => diwa.clients().filter(({ userId }) => `${userId}` === externalId);
const spoil = (operation: string, kind: 'close' | 'status' | 'garbage' | 'hold', more: object = {}) =>
  control.fault({ provider: 'diwa', operation, kind, ...more });
const whole = { level: 'FULL', status: 'VERIFIED' };
const unavailable = { __typename: 'ProviderUnavailableError', code: 'PROVIDER_UNAVAILABLE' };
const rejected = (remedy: string) => ({
  __typename: 'ProviderRejectedError',
  code: 'PROVIDER_REJECTED',
  providerCode: null,
  remedy,
});

beforeEach(() => control.clearFaults('diwa'));

describe('A creation whose answer is unclear', () => {
  for (const [title, fault] of callFaults)
    test(`The call ${title.replace('mbank', 'DiWa')}: DiWa is asked, and there is one client.`, async () => {
      const id = newNumber();
      control.fault({ provider: 'diwa', operation: 'clients.create', ...fault });
      const { customer, replayed } = await create(id);
      control.releaseAnswers();
      expect(replayed).toBe(false);
      expect(customer.identification).toMatchObject(whole);
      expect(clientsOf(id)).toHaveLength(1);
      expect((await look(id))?.records).toMatchObject([{ reference: `${clientsOf(id)[0]?.id}`, userId: id }]);
      expect((await create(id)).replayed).toBe(true);
      expect(clientsOf(id)).toHaveLength(1);
    });

  test('When DiWa cannot be asked either, repeating the mutation makes it good, and the level follows then.', async () => {
    const id = newNumber();
    spoil('clients.create', 'close', { when: 'after' });
    spoil('clients.getId', 'status', { status: 503, times: 3 });
    expect(await refused(id)).toMatchObject(unavailable);
    expect(clientsOf(id)).toHaveLength(1);
    expect((await look(id))?.identification).toMatchObject({ level: 'NONE', status: 'NOT_STARTED' });
    control.clearFaults('diwa');
    const { customer, replayed } = await create(id);
    expect(replayed).toBe(true);
    expect(customer.identification).toMatchObject(whole);
    expect(clientsOf(id)).toHaveLength(1);
  });

  test('Reading the customer proves it, too, when the mutation is not repeated.', async () => {
    const id = newNumber();
    spoil('clients.create', 'garbage');
    spoil('clients.getId', 'close', { when: 'before', times: 6 });
    expect(await refused(id)).toMatchObject(unavailable);
    expect((await look(id))?.records).toEqual([]);
    control.clearFaults('diwa');
    expect((await look(id))?.records).toMatchObject([{ userId: id, identification: { level: 'FULL' } }]);
    expect((await look(id))?.identification).toMatchObject(whole);
  });

  test('A client that is there but cannot be read leaves the level open until it can.', async () => {
    const id = newNumber();
    spoil('clients.getInfo', 'status', { status: 500, times: 3 });
    expect(await refused(id)).toMatchObject(unavailable);
    control.clearFaults('diwa');
    expect((await create(id)).customer.identification).toMatchObject(whole);
    expect(clientsOf(id)).toHaveLength(1);
  });

  test('A call that never came there is told again, and when that is lost, too, nothing is known.', async () => {
    const id = newNumber();
    spoil('clients.create', 'close', { when: 'before', times: 2 });
    expect(await refused(id)).toMatchObject(unavailable);
    expect(clientsOf(id)).toEqual([]);
    expect((await look(id))?.records).toEqual([]);
    expect((await create(id)).customer.identification).toMatchObject(whole);
    expect(clientsOf(id)).toHaveLength(1);
  });
});

describe('What DiWa refuses for certain', () => {
  /** Nothing of the customer is left here, and there is none there. */
  const nothingIsLeft = async (id: string) => {
    expect(await look(id)).toBeNull();
    expect(clientsOf(id)).toEqual([]);
  };

  test('Too many requests, and data that it does not take: the same again, or other data, makes the client.', async () => {
    for (const [status, remedy] of [
      [429, 'RETRY_LATER'],
      [422, 'CHANGE_INPUT'],
      [400, 'NONE'],
    ] as const) {
      const id = newNumber();
      spoil('clients.create', 'status', { status });
      expect(await refused(id, { ...identified, person: { ...wholePerson, lastName: 'Wrong' } })).toMatchObject(
        rejected(remedy),
      );
      await nothingIsLeft(id);
      expect((await create(id)).replayed).toBe(false);
      expect(await look(id)).toMatchObject({ person: { lastName: 'Sokolova' }, identification: whole });
    }
  });

  test('A customer who was here before stays as they are.', async () => {
    const id = newNumber();
    const input = { externalId: id, identification: 'SIMPLIFIED' as const };
    done((await call(CreateCustomerDocument, { input })).customerCreate, 'CustomerCreateSuccess');
    const before = await look(id);
    spoil('clients.create', 'status', { status: 429 });
    expect(await refused(id)).toMatchObject(rejected('RETRY_LATER'));
    expect(await look(id)).toEqual(before);
    expect(await gateway.deps.db.prisma.customerRecord.count({ where: { userId: id } })).toBe(0);
  });

  test('Of two requests at once one is refused: what the other has made stays, whichever came first.', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = newNumber();
      spoil('clients.create', 'status', { status: 429 });
      const answers = await Promise.all([send(id), send(id)]);
      expect(answers.map(({ customerCreate }) => customerCreate?.__typename).sort()).toEqual([
        'CustomerCreateSuccess',
        'ProviderRejectedError',
      ]);
      expect(await look(id)).toMatchObject({ identification: whole, records: [{ userId: id }] });
      expect(clientsOf(id)).toHaveLength(1);
    }
  });

  test('A token that is refused shows as REJECTED until another one is given, or it is taken again.', async () => {
    const state = async () => {
      const document = '{ viewer { partner { providerAccounts { id credentials { name state } } } } }';
      const { data } = await gateway.query<{
        viewer: { partner: { providerAccounts: { id: string; credentials: object[] }[] } };
      }>(apiKey, document);
      return data?.viewer.partner.providerAccounts.find(({ id }) => id === diwa.account.id)?.credentials;
    };
    const id = newNumber();
    expect(await state()).toEqual([{ name: 'token', state: 'VALID' }]);
    diwa.act('token.revoke', { token: TOKEN });
    expect(await refused(id)).toMatchObject(rejected('CHANGE_INPUT'));
    await nothingIsLeft(id);
    expect(await state()).toEqual([{ name: 'token', state: 'REJECTED' }]);
    diwa.act('token.issue', { token: TOKEN });
    expect((await create(id)).replayed).toBe(false);
    expect(await state()).toEqual([{ name: 'token', state: 'VALID' }]);
  });

  test('A redirect is a refusal: it is not followed, and the token goes nowhere else.', async () => {
    const seen: { url: string | undefined; accept: string | undefined; token: string | undefined }[] = [];
    const server = createServer(({ url, headers }, answer) => {
      seen.push({ url, accept: headers.accept, token: headers.authorization });
      answer.writeHead(302, { location: '/elsewhere' }).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    afterAll(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { id: providerAccountId } = await diwaAccount(gateway, partnerId, {
      baseUrl: `http://127.0.0.1:${port}`,
      name: 'One that redirects',
    });
    const id = newNumber();
    const answer = await refused(id, { ...identified, provider: undefined, providerAccountId });
    expect(answer).toMatchObject({ ...rejected('NONE'), message: expect.stringContaining('redirect') });
    expect(seen).toEqual([{ url: '/api/wallets/createClient', accept: 'application/json', token: `Bearer ${TOKEN}` }]);
    await nothingIsLeft(id);
  });
});

describe('While DiWa cannot be reached', () => {
  test('What is known of a client is shown, without the person; a new one is not made.', async () => {
    const id = newNumber();
    await create(id);
    const [record] = present(await look(id), 'the customer').records;
    expect(record).toMatchObject({ person: { lastName: 'Sokolova' } });
    spoil('*', 'close', { when: 'before', times: 100 });
    expect((await look(id))?.records).toEqual([{ ...record, person: null, notifications: null, lastNotifiedAt: null }]);
    expect(await refused(newNumber())).toMatchObject(unavailable);
    control.clearFaults('diwa');
    expect((await look(id))?.records).toEqual([record]);
  });

  test('An address where nobody answers: nothing was sent, and nothing is left here.', async () => {
    const { id: providerAccountId } = await diwaAccount(gateway, partnerId, {
      baseUrl: 'http://127.0.0.1:1',
      name: 'One that is gone',
    });
    const id = newNumber();
    expect(await refused(id, { ...identified, provider: undefined, providerAccountId })).toMatchObject(unavailable);
    expect(await look(id)).toBeNull();
  });
});
