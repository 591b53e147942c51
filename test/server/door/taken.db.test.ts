import { describe, expect, test } from 'vitest';
import { publishDocuments } from '../../../src/domain/document/publish-documents.ts';
import { revokeDocuments } from '../../../src/domain/document/revoke-documents.ts';
import { becomes, codegenManifest, digest } from '../../support/documents.ts';
import { sendBytes, sendRaw } from '../../support/raw-http.ts';
import { NAMELESS, ok, openDoors, TOUCH, WHO } from './shop.ts';

/** The door is really taken, by what it is for and by nothing else. */

const { ways, head } = await openDoors();
const json = JSON.stringify;

const { deps } = ways.gateway;

describe('At the door', () => {
  const outcome = async (asked: Parameters<typeof sendRaw>[1]) => {
    const before = await ways.met();
    const { status } = await sendRaw(ways.gateway.url, asked);
    const after = await ways.met();
    const moved = (['answered', 'worded', 'passed_on'] as const).filter((name) => after[name] > before[name]);
    return { status, moved };
  };

  test('a success is answered, whoever is signed in; the rest is passed on or never gets there.', async () => {
    for (const credential of ['key', 'session'])
      expect(await outcome({ headers: head({}, credential), body: ok })).toEqual({ status: 200, moved: ['answered'] });
    expect(await outcome({ headers: head(), body: json({ documentId: digest(TOUCH) }) })).toEqual({
      status: 200,
      moved: ['answered'],
    });
    expect(await outcome({ headers: head({}, 'unknown'), body: ok })).toEqual({ status: 401, moved: ['passed_on'] });
    expect(await outcome({ headers: head(), body: json({ documentId: 'x' }) })).toMatchObject({ moved: ['passed_on'] });
    expect(await outcome({ headers: head(), body: json({ query: WHO }) })).toEqual({
      status: 200,
      moved: ['passed_on'],
    });
    expect(await outcome({ headers: head({ Accept: 'text/html' }), body: ok })).toMatchObject({ moved: [] });
    expect(await outcome({ headers: head({ 'Transfer-Encoding': 'chunked' }), body: ok })).toEqual({
      status: 200,
      moved: [],
    });
  });

  test('a document that is revoked is refused within a second.', async () => {
    const { partnerId, apiKey } = await ways.gateway.partner('Revoking');
    await publishDocuments(deps, { partnerId, name: 'app', manifest: codegenManifest(WHO) });
    const headers = head({ Authorization: `Bearer ${apiKey}` });
    const ask = async () =>
      JSON.parse((await sendRaw(ways.gateway.url, { headers, body: ok })).body).errors?.[0].message ?? null;
    expect(await ask()).toBeNull();
    await revokeDocuments(deps, { partnerId, name: 'app' });
    await becomes(ask, 'PersistedQueryNotFound');
  });

  test('requests that are sent together are answered in their order, and a body that is cut off by nobody.', async () => {
    const one = (body: string, connection = 'keep-alive') =>
      `POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\nContent-Type: application/json\r\nAuthorization: ${head()['Authorization']}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    const answers = await sendBytes(
      ways.gateway.url,
      one(json({ documentId: digest(NAMELESS) })) + one('{') + one(ok, 'close'),
    );
    const bodies = [...answers.matchAll(/\r\n\r\n(\{.*?\})(?=HTTP|$)/gs)].map(([, body]) => JSON.parse(body ?? ''));
    expect(bodies).toEqual([
      { data: { hello: 'world' } },
      expect.objectContaining({ errors: expect.any(Array) }),
      { data: { who: 'PARTNER', hello: 'world' } },
    ]);
    expect((await sendRaw(ways.gateway.url, { headers: head(), body: ok })).status).toBe(200);
  });
});
