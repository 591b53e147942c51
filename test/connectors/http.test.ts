import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient, HttpFailure, type HttpRequest } from '../../src/connectors/http.ts';
import { jsonNumber, numberText, parseJson, stringifyJson } from '../../src/connectors/json.ts';
import { type Masking, maskAnswer, maskRequest } from '../../src/connectors/recorder.ts';
import { closedUrl, type Stub, startStub } from './stub.ts';

let stub: Stub;
let http: HttpClient;
beforeAll(async () => {
  stub = await startStub();
  http = createHttpClient({ deadlineMs: 10_000, maxBytes: 1000, connections: 1 });
});
afterAll(async () => {
  await http.close();
  await stub.close();
});

const failure = async (request: HttpRequest): Promise<HttpFailure> => {
  const error = await http.send(request).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HttpFailure);
  return error as HttpFailure;
};

describe('the HTTP client', () => {
  it('answers every status with its whole body', async () => {
    stub.play({ status: 422, body: '{"a":1}' });
    const answer = await http.send({
      method: 'POST',
      url: `${stub.url}/x?y=1`,
      body: { kind: 'json', text: '{"b":2}' },
    });
    expect([answer.status, answer.body.toString()]).toEqual([422, '{"a":1}']);
    expect(stub.seen[0]).toMatchObject({ method: 'POST', url: '/x?y=1' });
    expect(stub.seen[0]?.headers['content-type']).toBe('application/json');
    expect(stub.seen[0]?.body.toString()).toBe('{"b":2}');
  });

  it('gives up at the deadline and says that the request may have been sent', async () => {
    stub.play('SILENCE');
    const error = await failure({ method: 'GET', url: stub.url, deadlineMs: 250 });
    expect([error.kind, error.maybeSent]).toEqual(['DEADLINE', true]);
  });

  it('knows that a request which only queued was not sent', async () => {
    stub.play('SILENCE');
    const [first, second] = await Promise.all([
      failure({ method: 'GET', url: `${stub.url}/first`, deadlineMs: 500 }),
      failure({ method: 'GET', url: `${stub.url}/second`, deadlineMs: 250 }),
    ]);
    expect([first.maybeSent, second.maybeSent]).toEqual([true, false]);
    expect(stub.seen.map((request) => request.url)).toEqual(['/first']);
  });

  it('knows that nothing was sent where nothing listens', async () => {
    const error = await failure({ method: 'POST', url: await closedUrl(), body: { kind: 'json', text: '{}' } });
    expect([error.kind, error.maybeSent]).toEqual(['CONNECTION_FAILED', false]);
  });

  it.each(['RESET', 'HALF'] as const)(
    'reports a connection that breaks after sending (%s) as possibly sent',
    async (script) => {
      stub.play(script);
      const error = await failure({ method: 'POST', url: stub.url, body: { kind: 'json', text: '{}' } });
      expect([error.kind, error.maybeSent]).toEqual(['CONNECTION_LOST', true]);
    },
  );

  it('stops reading an answer that is longer than allowed, announced or not', async () => {
    stub.play({ status: 200, body: 'x'.repeat(1001) });
    expect((await failure({ method: 'GET', url: stub.url })).kind).toBe('TOO_LARGE');
    stub.play({ status: 200, body: 'x'.repeat(1001), headers: { 'transfer-encoding': 'chunked' } });
    expect((await failure({ method: 'GET', url: stub.url })).kind).toBe('TOO_LARGE');
    stub.play({ status: 200, body: 'x'.repeat(1000) });
    expect((await http.send({ method: 'GET', url: stub.url })).body.length).toBe(1000);
  });

  it('follows a redirect only when asked, and only for GET', async () => {
    const away = { status: 302, body: '', headers: { location: '/there' } };
    stub.play(away, { status: 200, body: 'there' });
    expect((await http.send({ method: 'GET', url: stub.url })).status).toBe(302);
    stub.play(away, { status: 200, body: 'there' });
    expect((await http.send({ method: 'GET', url: stub.url, redirects: 1 })).body.toString()).toBe('there');
    stub.play(away);
    expect((await http.send({ method: 'POST', url: stub.url, redirects: 1 })).status).toBe(302);
  });

  it('does not carry credentials to another host', async () => {
    const other = await startStub();
    other.play({ status: 200, body: 'other' });
    stub.play({ status: 302, body: '', headers: { location: `${other.url}/x` } });
    await http.send({ method: 'GET', url: stub.url, redirects: 1, headers: { Authorization: 'Basic secret' } });
    expect(stub.seen[0]?.headers.authorization).toBe('Basic secret');
    expect(other.seen[0]?.headers.authorization).toBeUndefined();
    await other.close();
  });

  it('writes form and multipart bodies', async () => {
    stub.play({ status: 200, body: '' });
    await http.send({
      method: 'POST',
      url: stub.url,
      body: {
        kind: 'form',
        fields: [
          ['phone', '+7926'],
          ['a', 'b c'],
        ],
      },
    });
    expect(stub.seen[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(stub.seen[0]?.body.toString()).toBe('phone=%2B7926&a=b+c');
    const part = { name: 'file', filename: 'i"m.jpg', contentType: 'image/jpeg', content: new Uint8Array([255, 216]) };
    await http.send({ method: 'POST', url: stub.url, body: { kind: 'multipart', parts: [part] } });
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(stub.seen[1]?.headers['content-type'] ?? '')?.[1];
    expect(stub.seen[1]?.body.toString('latin1')).toBe(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="i%22m.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\r\n--${boundary}--\r\n`,
    );
  });

  it('passes a file on while it is read, each time from its beginning, with its length told beforehand', async () => {
    stub.play({ status: 200, body: '' });
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let reads = 0;
    const passage = (chunks: number, size = chunks * chunk.length) => ({
      size,
      async *stream() {
        for (let count = 0; count < chunks; count += 1, reads += 1) yield chunk;
      },
    });
    const parts = [
      { name: 'number', content: 'Б-1' },
      { name: 'file', filename: 'квитанция.pdf', content: passage(40) },
    ];
    const request = { method: 'POST', url: stub.url, body: { kind: 'multipart', parts } } as const;
    await http.send(request);
    await http.send(request);
    expect(reads).toBe(80);
    for (const { headers, body } of stub.seen) {
      const form = await new Response(new Uint8Array(body), {
        headers: { 'content-type': headers['content-type'] ?? '' },
      }).formData();
      expect(form.get('number')).toBe('Б-1');
      expect(form.get('file')).toMatchObject({ name: 'квитанция.pdf', size: 40 * chunk.length });
      expect(headers['content-length']).toBe(String(body.length));
    }
    const broken = {
      ...request,
      body: { kind: 'multipart', parts: [{ name: 'file', content: passage(1, 7) }] },
    } as const;
    await expect(http.send(broken)).rejects.toMatchObject({ kind: 'CONNECTION_LOST', maybeSent: true });
    expect(stub.seen.length).toBe(2);
  });
});

describe('JSON', () => {
  it.each(['8.74', '100.00', '12345678901234567890', '9007199254740993', '0.1'])(
    'keeps the number %s as its source text',
    (text) => {
      const parsed = parseJson(`{"a":${text}}`) as { a: unknown };
      expect(numberText.parse(parsed.a)).toBe(text);
      expect(stringifyJson({ a: jsonNumber(text) })).toBe(`{"a":${text}}`);
    },
  );

  it('refuses a number where there is text', () => {
    expect(numberText.safeParse(parseJson('"8.74"')).success).toBe(false);
  });
});

describe('a recording', () => {
  const masking: Masking = { request: new Set(['password', 'phone']), answer: new Set(['access_token', 'data']) };

  it('keeps the shape and loses secrets, personal data and card numbers', () => {
    const request = maskRequest(
      {
        method: 'POST',
        url: 'https://provider.example/v1/mobile/79261111111?phone=x&page=2&t=hunter22',
        headers: { Authorization: 'Basic abc', 'Content-Type': 'application/json' },
        body: {
          kind: 'json',
          text: '{"password":"hunter22","note":"card 4111111111111111","n":8.74,"deep":{"phone":["+79261111111"]}}',
        },
      },
      masking,
      ['hunter22'],
    );
    expect(request).toEqual({
      method: 'POST',
      url: 'https://provider.example/v1/mobile/***?phone=***&page=2&t=***',
      headers: { Authorization: '***', 'Content-Type': 'application/json' },
      body: '{"password":"***","note":"card 411111…1111","n":8.74,"deep":{"phone":["***"]}}',
    });
  });

  it('masks answers by field, and keeps of an unreadable one a digest only', () => {
    const answer = (body: string) =>
      maskAnswer({ status: 200, headers: { 'set-cookie': 'x' }, body: Buffer.from(body) }, masking, []);
    expect(answer('{"data":{"a":[1,"x",true,null]},"meta":{"code":200}}')).toEqual({
      status: 200,
      headers: { 'set-cookie': '***' },
      body: '{"data":{"a":["***","***",true,null]},"meta":{"code":200}}',
    });
    expect(answer('{"access_token":"secret-token').body).toMatch(/^\[not JSON, 29 characters, sha256 [0-9a-f]{16}\]$/);
    expect(answer('<h1>502</h1>').body).toMatch(/\] <h1>502<\/h1>$/);
    expect(answer('').body).toBeNull();
  });
});
