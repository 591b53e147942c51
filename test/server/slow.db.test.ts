import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { edgeSchema } from './edge-schema.ts';

/** Clients that dribble their requests, do not read, or do not leave: real sockets, cut off in a bounded time. */

const limits = {
  headersMs: 300,
  requestMs: 600,
  keepAliveMs: 300,
  connectionsCheckMs: 50,
  connectionInitMs: 300,
  stallMs: 400,
  heartbeatMs: 200,
};
/** What is far more than the limits, and far less than a client that is never cut off would last. */
const BOUND_MS = 15_000;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ schema: edgeSchema, limits });
});

interface Peer {
  socket: Socket;
  /** What the gateway said so far. */
  heard(): string;
  /** Resolves when the connection is gone, with what was said. */
  gone: Promise<string>;
}

async function dial(): Promise<Peer> {
  const socket = connect({ port: app.app.port, host: '127.0.0.1' });
  await once(socket, 'connect');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  const gone = new Promise<string>((resolve) => {
    // a reset is an end, too
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
  return { socket, heard: () => heard, gone };
}

/** Sends a byte every few milliseconds, for as long as somebody listens. */
function trickle({ socket }: Peer, text: string): void {
  let at = 0;
  const timer = setInterval(() => {
    // the text may end, the dribble does not
    if (socket.writable) socket.write(text[at] ?? 'x');
    at += 1;
  }, 20);
  socket.on('close', () => clearInterval(timer));
}

async function openConnections(): Promise<number> {
  const figures = await (await app.fetch('/metrics')).text();
  return Number(/^koshel_connections (\d+)$/m.exec(figures)?.[1]);
}

const post = (length: number) =>
  `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
const UPGRADE =
  'GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n';

describe('A client that', () => {
  test('dribbles its headers is told 408 and cut off.', { timeout: BOUND_MS }, async () => {
    const peer = await dial();
    trickle(peer, 'GET /graphql?query={hello} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
    expect(await peer.gone).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('dribbles its body is cut off, and nothing is executed.', { timeout: BOUND_MS }, async () => {
    const peer = await dial();
    peer.socket.write(post(5_000));
    trickle(peer, '{"query":"{ hello }","variables":{"text":"');
    expect(await peer.gone).not.toContain('world');
  });

  test('sends its body in chunks without an end is cut off.', { timeout: BOUND_MS }, async () => {
    const peer = await dial();
    peer.socket.write(post(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked'));
    trickle(peer, '5\r\n{"que\r\n1\r\nr\r\n1\r\ny\r\n');
    expect(await peer.gone).not.toContain('world');
  });

  test('says nothing at all is cut off.', { timeout: BOUND_MS }, async () => {
    const peer = await dial();
    await peer.gone;
  });

  test('has its answer and stays is cut off.', { timeout: BOUND_MS }, async () => {
    const peer = await dial();
    peer.socket.write('GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    expect(await peer.gone).toMatch(/^HTTP\/1\.1 200 OK\r\n.*"live"/s);
  });

  test('sends a second request in time is answered on the same connection.', { timeout: BOUND_MS }, async () => {
    const peer = await dial();
    const body = JSON.stringify({ query: '{ hello }' });
    for (let round = 1; round <= 3; round += 1) {
      peer.socket.write(post(body.length) + body);
      await vi.waitFor(() => expect(peer.heard().split('{"hello":"world"}')).toHaveLength(round + 1));
    }
    await peer.gone;
  });

  test('does not read a large answer is cut off, and others are answered meanwhile.', {
    timeout: BOUND_MS,
  }, async () => {
    const peer = await dial();
    peer.socket.pause();
    const text = 'x'.repeat(900_000);
    const body = JSON.stringify({
      query: `query ($text: String) { ${'abcdefghij'
        .split('')
        .map((name) => `${name}: echo(text: $text)`)
        .join(' ')} }`,
      variables: { text },
    });
    peer.socket.write(post(body.length) + body);
    expect(await app.query(null, '{ hello }')).toEqual({ data: { hello: 'world' } });
    // that of the question itself
    await vi.waitFor(async () => expect(await openConnections()).toBe(1), { timeout: BOUND_MS });
    peer.socket.resume();
    expect((await peer.gone).length).toBeLessThan(9_000_000);
  });

  test('begins a WebSocket and says no connection_init is closed with 4408.', { timeout: BOUND_MS }, async () => {
    const peer = await dial();
    peer.socket.write(UPGRADE);
    await vi.waitFor(() => expect(peer.heard()).toMatch(/^HTTP\/1\.1 101 /));
    // the close frame and the code in it
    await vi.waitFor(() => expect(peer.heard()).toContain('\x11\x38Connection'), { timeout: BOUND_MS });
    peer.socket.destroy();
  });

  test('answers no ping of its WebSocket is cut off.', { timeout: BOUND_MS }, async () => {
    const { apiKey } = await app.partner();
    const peer = await dial();
    peer.socket.write(UPGRADE);
    await vi.waitFor(() => expect(peer.heard()).toMatch(/^HTTP\/1\.1 101 /));
    peer.socket.write(
      masked(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${apiKey}` } })),
    );
    await vi.waitFor(() => expect(peer.heard()).toContain('connection_ack'));
    await peer.gone;
  });
});

/** A text frame as clients send them (RFC 6455, section 5.2), up to 65,535 bytes; the mask is four zeros. */
function masked(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? [0x81, 0x80 | length] : [0x81, 0xfe, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), Buffer.from(text)]);
}
