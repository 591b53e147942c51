import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { webhooksCapability } from '../../../src/connectors/mbank/webhook.ts';
import type { InboundRequest } from '../../../src/connectors/webhooks.ts';
import { golden } from './golden.ts';

const webhooks = webhooksCapability({ appId: '42', appSecret: 's3cr3t' });
const token = '71801ae601815665345776a20e1c96001bc4c529';
const note = golden('G-60').answer ?? '';

const inbound = (body: string, about: Partial<InboundRequest> = {}): InboundRequest => ({
  method: 'POST',
  path: '/payments/status',
  query: new URLSearchParams({ app_id: '42', access_token: token }),
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(body),
  ...about,
});

describe('a call from mbank', () => {
  it('carries the documented token', () => {
    expect(createHash('sha1').update('42s3cr3t').digest('hex')).toBe(token);
  });

  it('G-60: tells what became of a payment', () => {
    expect(webhooks.receive(inbound(note))).toMatchObject({
      kind: 'news',
      dedupeKey: 'payment:1401089240253:complete:2014-08-02T14:37:20.102Z',
      reply: { status: 200, body: '{"meta":{"code":200}}' },
      news: {
        kind: 'payment',
        reference: '1401089240253',
        clientId: 'a02b1416-b9c1-4782-88c5-da4d78b32f8d',
        status: 'COMPLETED',
        reason: 'COMPLETE',
        occurredAt: new Date('2014-08-02T14:37:20.102Z'),
        payment: { kind: 'TOP_UP', amount: { minor: 100n, currency: 'RUB' }, card: { state: 'USED' } },
      },
    });
  });

  it.each([
    ['decline', 'declined', 'DECLINED', 'DECLINE'],
    ['undo', 'declined', 'REVERSED', 'UNDO'],
    ['redo', 'completed', 'COMPLETED', 'REDO'],
  ])('tells %s apart', (type, to, status, reason) => {
    const body = note
      .replace('"to": "completed", "type": "complete"', `"to": "${to}", "type": "${type}"`)
      .replace('"status": "completed"', `"status": "${to}"`);
    expect(webhooks.receive(inbound(body))).toMatchObject({ news: { status, reason } });
  });

  it('that contradicts itself, or uses a new word, concludes nothing', () => {
    const contradiction = note.replace('"to": "completed"', '"to": "declined"');
    expect(webhooks.receive(inbound(contradiction))).toMatchObject({
      kind: 'news',
      news: { status: 'UNKNOWN', reason: null },
    });
    const word = note.replace('"to": "completed", "type": "complete"', '"to": "frozen", "type": "freeze"');
    expect(webhooks.receive(inbound(word))).toMatchObject({ kind: 'news', news: { status: 'UNKNOWN', reason: null } });
  });

  it('G-61: tells the state of a card, at whatever path it comes', () => {
    const body = golden('G-61').answer ?? '';
    expect(webhooks.receive(inbound(body, { path: '/cards/status' }))).toMatchObject({
      news: { kind: 'card', reference: '62', state: 'ACTIVE', walletNumber: '+792611111111' },
    });
    expect(webhooks.receive(inbound(body, { path: '' }))).toMatchObject({ news: { kind: 'card' } });
  });

  it('may carry its credentials in headers', () => {
    const headers = { app_id: '42', access_token: token };
    expect(webhooks.receive(inbound(note, { query: new URLSearchParams(), headers }))).toMatchObject({ kind: 'news' });
  });

  it.each([
    ['another token', { app_id: '42', access_token: token.replace('7', '8') }],
    ['another application', { app_id: '43', access_token: token }],
    ['no token', { app_id: '42' }],
    ['a token that begins right', { app_id: '42', access_token: token.slice(0, 20) }],
  ])('is refused as forged with %s', (_what, query) => {
    const given = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, value ?? '']));
    expect(webhooks.receive(inbound(note, { query: new URLSearchParams(given) }))).toMatchObject({
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
    '{"payment":{"id":1},"type":"complete"}',
    '{"id":"x","state":"active"}',
  ])('is refused as malformed with the body %j', (body) => {
    expect(webhooks.receive(inbound(body))).toMatchObject({
      kind: 'refused',
      why: 'MALFORMED',
      reply: { status: 400 },
    });
  });

  it('is refused when it is no POST', () => {
    expect(webhooks.receive(inbound(note, { method: 'GET' }))).toMatchObject({
      kind: 'refused',
      reply: { status: 405 },
    });
  });
});
