import { describe, expect, it } from 'vitest';
import { Bench, person } from './support.ts';

/** What DiWa refuses, in the documented forms; a refused creation leaves nothing behind. */

const bench = new Bench();
const basic = { userId: 1, authorized: false, notifyType: 'M', notifyPeriod: 'MONTH' };
const nothingKept = async () => expect((await bench.call('GET', '/getClientId/1')).status).toBe(404);

describe('wrong headers redirect, without a body (section 4)', () => {
  it.each<[why: string, method: string, path: string, headers: Record<string, string | null>, body?: unknown]>([
    ['D-4: neither Accept nor token', 'GET', '/getClientId/1', { accept: null, authorization: null }],
    ['any type', 'GET', '/getClientId/9001', { accept: '*/*' }],
    ['another type', 'GET', '/getClientInfo/9001', { accept: 'text/html' }],
    ['no Accept at a creation', 'POST', '/createClient', { accept: null }, basic],
    ['no Accept before 422', 'POST', '/createClient', { accept: null }, {}],
    ['no Accept before 404', 'GET', '/nothing', { accept: null }],
    ['another Content-Type', 'POST', '/createClient', { 'content-type': 'text/plain' }, basic],
    ['no Content-Type', 'POST', '/createClient', { 'content-type': null }],
  ])('%s', async (_, method, path, headers, body) => {
    const answer = await bench.call(method, path, { headers, body });
    expect([answer.status, answer.text, answer.headers['location']]).toEqual([302, '', '/']);
    await nothingKept();
  });

  it.each(['application/json', 'text/html, application/json;q=0.9', 'Application/JSON; charset=utf-8'])(
    'Accept: %s is right',
    async (accept) => {
      expect((await bench.call('GET', '/getClientId/9001', { headers: { accept } })).status).toBe(200);
    },
  );
});

describe('401: the token', () => {
  it.each([null, 'Bearer wrong', 'Basic YOUR-API-TOKEN', 'YOUR-API-TOKEN'])('%s', async (authorization) => {
    const { status, json } = await bench.create(basic, { headers: { authorization } });
    expect([status, json]).toEqual([401, { message: 'Unauthenticated.' }]);
    await nothingKept();
  });

  it('a token that was revoked; another one that was issued', async () => {
    bench.act('token.revoke', { token: 'YOUR-API-TOKEN' });
    bench.act('token.issue', { token: 'second' });
    expect((await bench.create(basic)).status).toBe(401);
    expect((await bench.create(basic, { headers: { authorization: 'Bearer second' } })).status).toBe(200);
  });

  it('comes before what is wrong with the body', async () => {
    expect((await bench.create('{', { headers: { authorization: null } })).status).toBe(401);
  });
});

describe('400, 404, 405', () => {
  it.each(['{', '', '[]', '1', 'null', '"text"'])('a body that is no JSON object: %s', async (body) => {
    const { status, json } = await bench.create(body);
    expect([status, Object.keys(json)]).toEqual([400, ['message']]);
    await nothingKept();
  });

  it.each(['/removeClient', '/getClientId', '/getClientId/1/2'])('%s is no method', async (path) => {
    const { status, json } = await bench.call('GET', path);
    expect([status, json]).toEqual([404, { message: 'Not Found.' }]);
  });

  it.each([
    ['GET', '/createClient'],
    ['PUT', '/createClient'],
    ['POST', '/getClientId/9001'],
    ['DELETE', '/getClientInfo/9001'],
  ])('%s %s', async (method, path) => {
    const { status, json } = await bench.call(method, path);
    expect([status, Object.keys(json)]).toEqual([405, ['message']]);
    expect((await bench.info(9001)).status).toBe(200);
  });
});

describe('422 names every wrong field', () => {
  it('D-5 word for word', async () => {
    const { status, json } = await bench.create({ userId: 1, authorized: false, notifyType: 'X' });
    expect([status, json]).toEqual([
      422,
      {
        message: 'The given data was invalid.',
        errors: {
          notifyType: ['The selected notifyType is invalid.'],
          notifyPeriod: ['The notifyPeriod field is required.'],
        },
      },
    ]);
    await nothingKept();
  });

  it.each<[field: string, body: object]>([
    ['userId', { ...basic, userId: undefined }],
    ['userId', { ...basic, userId: '1' }],
    ['userId', { ...basic, userId: 1.5 }],
    ['userId', { ...basic, userId: 1e16 }],
    ['authorized', { ...basic, authorized: 'true' }],
    ['authorized', { ...basic, authorized: null }],
    ['notifyType', { ...basic, notifyType: 'm' }],
    ['notifyPeriod', { ...basic, notifyType: 'N', notifyPeriod: undefined }],
    ['notifyPeriod', { ...basic, notifyPeriod: 'YEAR' }],
    ['data', { ...basic, data: 'test' }],
    ['data', { ...basic, data: null }],
    ['data.email', { ...basic, data: { ...person, email: 1 } }],
    ['data.birth_date', { ...basic, data: { ...person, birth_date: '1999-02-30' } }],
    ['data.passport_issued_date', { ...basic, data: { ...person, passport_issued_date: '01.01.1999' } }],
    ['data.additional_document_type', { ...basic, data: { ...person, additional_document_type: 'PASSPORT' } }],
    ['data.identification_type', { ...basic, data: { ...person, identification_type: 4 } }],
    ['data.non_resident', { ...basic, data: { ...person, non_resident: 'no' } }],
  ])('%s in %j', async (field, body) => {
    const { status, json } = await bench.create(body);
    expect([status, Object.keys(json.errors)]).toEqual([422, [field]]);
    await nothingKept();
  });
});

describe('faults', () => {
  it('too many requests, in the provider’s form', async () => {
    bench.control.fault({ provider: 'diwa', operation: 'clients.create', kind: 'status', status: 429 });
    expect(await bench.create(basic)).toMatchObject({ status: 429, json: { message: 'Too Many Attempts.' } });
    await nothingKept();
  });

  it('an answer lost after the creation: the same call answers the same client', async () => {
    bench.control.fault({ provider: 'diwa', operation: 'clients.create', kind: 'close', when: 'after' });
    await expect(bench.create(basic)).rejects.toThrow();
    expect((await bench.create(basic)).json).toBe(123);
  });
});
