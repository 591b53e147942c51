import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpClient } from '../../src/connectors/http.ts';
import { bytesHeld } from '../support/uploads.ts';

/** A file that is passed on to a provider is read as fast as it is taken, and never whole in memory. */

const MEGABYTE = 1024 * 1024;
const CHUNK = 64 * 1024;
const CHUNKS = (32 * MEGABYTE) / CHUNK;

const http = createHttpClient({ deadlineMs: 50_000 });
let taken = 0;
const server = createServer(async (req, res) => {
  for await (const chunk of req) taken += (chunk as Buffer).length;
  res.end('{}');
});
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  await http.close();
  server.close();
});

test('Of thirty-two megabytes next to nothing is held on their way out.', async () => {
  const before = bytesHeld();
  let peak = 0;
  const content = {
    size: CHUNKS * CHUNK,
    async *stream() {
      for (let sent = 1; sent <= CHUNKS; sent += 1) {
        yield Buffer.alloc(CHUNK, 'x');
        if (sent % 128 === 0) peak = Math.max(peak, bytesHeld() - before);
      }
    },
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const body = { kind: 'multipart', parts: [{ name: 'file', filename: 'a.pdf', content }] } as const;
  expect((await http.send({ method: 'POST', url, body })).status).toBe(200);
  expect(taken).toBeGreaterThan(content.size);
  expect(peak).toBeGreaterThan(0);
  expect(peak).toBeLessThan(8 * MEGABYTE);
});
