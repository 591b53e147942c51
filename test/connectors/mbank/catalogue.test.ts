import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { capabilityMembers } from '../../../src/connectors/connector.ts';
import { mbank } from '../../../src/connectors/mbank/index.ts';
import { type Bench, openBench } from '../kit.ts';
import { type Stub, startStub } from '../stub.ts';
import { answerOf, golden, PASSWORD, PHONE } from './golden.ts';

let stub: Stub;
let bench: Bench;
beforeAll(async () => {
  stub = await startStub();
});
afterEach(() => bench?.close());
afterAll(() => stub.close());

const open = (settings: Record<string, string> = {}) => {
  bench = openBench({
    definition: mbank,
    settings: { baseUrl: stub.url, phone: PHONE, password: PASSWORD, ...settings },
  });
  return bench;
};
describe('conditional loading', () => {
  it('sends the time of the last answer as a query parameter, and understands 304 (T-06)', async () => {
    const { connector, call } = open();
    stub.play({ status: 304, body: '' });
    expect(await connector.dictionaries?.errorTexts(call, '1432652055')).toEqual({ changed: false });
    expect(await connector.services?.list(call, { since: '1407428185', cursor: '2' })).toEqual({ changed: false });
    expect(await connector.services?.categories?.(call, '1')).toEqual({ changed: false });
    expect(await connector.services?.groups?.(call, '2')).toEqual({ changed: false });
    expect(stub.seen.map((request) => request.url)).toEqual([
      '/v1/errors?If-Modified-Since=1432652055',
      '/v1/services?page=2&If-Modified-Since=1407428185',
      '/v1/groups?If-Modified-Since=1',
      '/v1/services/groups?If-Modified-Since=2',
    ]);
    expect(stub.seen[0]?.headers['if-modified-since']).toBeUndefined();
  });

  it('takes a 304 to any other question for a protocol error', async () => {
    const { connector, call } = open();
    stub.play({ status: 304, body: '' });
    await expect(connector.wallets?.load(call)).rejects.toMatchObject({ why: 'UNREADABLE' });
  });
});

describe('settings and picture', () => {
  it('refuses a period that the provider has not, before anything is sent', async () => {
    const { connector, call } = open();
    stub.play('RESET');
    expect(await connector.profiles?.setSettings?.(call, { statementPeriod: 'WEEK' })).toMatchObject({
      kind: 'rejected',
      refusal: { errorCode: 'INVALID_INPUT' },
    });
    expect(stub.seen).toEqual([]);
  });

  it('sends never for none, and nothing for unchanged', async () => {
    const { connector, call } = open();
    stub.play(answerOf('G-16'));
    await connector.profiles?.setSettings?.(call, { statementPeriod: null });
    await connector.profiles?.setSettings?.(call, { email: 'a@b.c' });
    expect(stub.seen.map((request) => request.body.toString())).toEqual([
      '{"email_send_frequency":"never"}',
      '{"email":"a@b.c"}',
    ]);
  });

  it('G-12: uploads the picture as the file field of a form', async () => {
    const { connector, call } = open();
    stub.play(answerOf('G-12'));
    const file = { name: 'image.jpg', contentType: 'image/jpeg', content: Buffer.from([255, 216, 255]) };
    expect(await connector.profiles?.setPicture?.(call, file)).toEqual({ kind: 'accepted', value: null });
    expect(stub.seen[0]?.url).toBe(golden('G-12').request?.path);
    expect(stub.seen[0]?.body.toString('latin1')).toContain(
      'Content-Disposition: form-data; name="file"; filename="image.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\r\n',
    );
  });
});

describe('the capabilities of mbank', () => {
  it('stand on every operation of its index, but the one that cleans up sandboxes', () => {
    const { connectors } = open();
    const index: string[] = JSON.parse(readFileSync(new URL('./fixtures/operations.json', import.meta.url), 'utf8'));
    const offered = new Set(connectors.capabilities('MBANK').flatMap(({ operations }) => operations));
    const application = [...offered].filter((name) => name.startsWith('mserver.application.'));
    expect(index.filter((name) => !offered.has(name))).toEqual(['wallet.delete', 'mserver.application.*']);
    expect([...offered].filter((name) => !index.includes(name))).toEqual(application);
    expect(application.map((name) => name.split('.')[2]).sort()).toEqual([
      'create',
      'load',
      'pay',
      'search',
      'service',
      'services',
      'update',
    ]);
  });

  it('are fewer where credentials are lacking', () => {
    const { connector, connectors } = open();
    const codes = connectors.capabilities(connector).map(({ code }) => code);
    expect(codes).not.toContain('WEBHOOKS');
    expect(codes).not.toContain('RECEIPTS');
    const beyond = new Set(['CREDIT', 'CUSTOMERS', 'EXCHANGE', 'ISSUED_CARDS', 'PAYMENT_LINKS']);
    expect(connectors.capabilities('MBANK').map(({ code }) => code)).toEqual(
      Object.keys(capabilityMembers).filter((code) => !beyond.has(code)),
    );
  });
});
