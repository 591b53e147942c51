import { describe, expect, it } from 'vitest';
import { Bench, person } from './support.ts';

/** The golden examples of DiWa, and the rules of its three methods. */

const bench = new Bench();
const basic = { userId: 1, authorized: false, notifyType: 'M', notifyPeriod: 'MONTH' };
const identified = { ...basic, authorized: true, data: person };

describe('clients.create', () => {
  it('D-1a: a client that is not authorized', async () => {
    const { status, text, headers } = await bench.create(basic);
    expect([status, text, headers['content-type']]).toEqual([200, '123', 'application/json; charset=utf-8']);
    expect((await bench.info(1)).json).toMatchObject({ authorized: false, data: null });
  });

  it('D-1b: an authorized client; the identification type is kept as text', async () => {
    expect(await bench.create(identified)).toMatchObject({ status: 200, text: '123' });
    const { json } = await bench.info(1);
    expect(json).toEqual({
      id: 123,
      user_id: 1,
      creation_date: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      last_notify_date: null,
      notify_type: 'M',
      notify_period: 'MONTH',
      authorized: true,
      data: { ...person, identification_type: '2' },
    });
  });

  it('the same user is the same client, and the new values change nothing', async () => {
    await bench.create(basic);
    const before = bench.clients();
    expect((await bench.create({ ...identified, notifyType: 'P' })).json).toBe(123);
    expect(bench.clients()).toBe(before);
    expect((await bench.info(1)).json).toMatchObject({ notify_type: 'M', authorized: false, data: null });
  });

  it.each(Object.keys(person).filter((name) => name !== 'non_resident'))(
    'without %s the client is unidentified, and keeps the rest',
    async (name) => {
      const data = Object.fromEntries(Object.entries(person).filter(([key]) => key !== name));
      expect((await bench.create({ ...identified, data })).status).toBe(200);
      const { json } = await bench.info(1);
      expect(json.authorized).toBe(false);
      expect(json.data).toEqual('identification_type' in data ? { ...data, identification_type: '2' } : data);
    },
  );

  it('non_resident may be left out', async () => {
    const { non_resident: _, ...data } = person;
    await bench.create({ ...identified, data });
    expect((await bench.info(1)).json.authorized).toBe(true);
  });

  it('an empty text is as good as none', async () => {
    await bench.create({ ...identified, data: { ...person, passport_number: '' } });
    expect((await bench.info(1)).json.authorized).toBe(false);
  });

  it('form pairs are taken as well (trap T-01)', async () => {
    const data = Object.entries(person).map(([name, value]) => [`data[${name}]`, String(value)]);
    const pairs = [['userId', '7'], ['authorized', '1'], ['notifyType', 'MP'], ['notifyPeriod', 'INSTANT'], ...data];
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = await bench.create(new URLSearchParams(pairs).toString(), { headers });
    expect([sent.status, sent.json]).toEqual([200, 129]);
    expect((await bench.info(7)).json).toMatchObject({
      user_id: 7,
      authorized: true,
      notify_type: 'MP',
      data: { ...person, identification_type: '2' },
    });
  });

  it('may answer 201 (section 6.1)', async () => {
    bench.act('settings', { createdStatus: 201 });
    expect(await bench.create(basic)).toMatchObject({ status: 201, text: '123' });
  });
});

describe('clients.getId and clients.getInfo', () => {
  it('D-2: the id of a client', async () => {
    await bench.create(basic);
    expect(await bench.call('GET', '/getClientId/1')).toMatchObject({ status: 200, text: '123' });
  });

  it('D-3: the example word for word, but for the two ids that the source has swapped (trap T-03)', async () => {
    expect((await bench.info(9001)).json).toEqual({
      id: 9123,
      user_id: 9001,
      creation_date: '2018-01-02 03:04:05',
      last_notify_date: null,
      notify_type: 'M',
      notify_period: 'MONTH',
      authorized: true,
      data: {
        email: 'test@test.com',
        phone: '123123',
        first_name: 'test',
        last_name: 'test',
        third_name: 'test',
        passport_series: 'test',
        passport_number: 'test',
        birth_date: '1999-01-01',
        passport_issued_date: '1999-01-01',
        passport_issued_by: 'test',
        registration_address: 'test',
        additional_document_type: 'INN',
        additional_document_number: 'test',
        identification_type: '2',
        non_resident: false,
      },
    });
    bench.act('settings', { ids: 'swapped' });
    expect((await bench.info(9001)).json).toMatchObject({ id: 9001, user_id: 9123 });
  });

  it('a notification shows with its time; a client that wants none gets none', async () => {
    bench.act('client.notify', { userId: 9001 });
    expect((await bench.info(9001)).json.last_notify_date).toMatch(/^20\d\d-/);
    expect(() => bench.act('client.notify', { userId: 9002 })).toThrow('wants no notifications');
    expect((await bench.info(9002)).json.last_notify_date).toBeNull();
  });

  it.each(['/getClientId/777', '/getClientInfo/777', '/getClientId/abc', '/getClientInfo/1.5'])(
    '%s is nobody: 404',
    async (path) => {
      const { status, json } = await bench.call('GET', path);
      expect([status, json]).toEqual([404, { message: 'No client for this user.' }]);
    },
  );

  it('a client that DiWa has lost is 404, and can be created again', async () => {
    await bench.create(basic);
    bench.act('client.remove', { userId: 1 });
    expect((await bench.call('GET', '/getClientId/1')).status).toBe(404);
    expect((await bench.create(identified)).json).toBe(123);
    expect((await bench.info(1)).json.authorized).toBe(true);
  });
});
