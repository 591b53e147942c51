import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { onTestFinished } from 'vitest';

/** One request as a partner's server got it. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders & { 'webhook-id': string; 'webhook-timestamp': string; 'webhook-signature': string };
  /** The exact text. */
  text: string;
  body: { type: string; id: string; timestamp: string; cursor: string; data: Record<string, Record<string, unknown>> };
}

/** How to answer: a status, headers, a body; or `SILENCE`: take the request and never answer. */
export type Answer = { status: number; headers?: Record<string, string>; body?: string } | 'SILENCE';

/** A partner's server on 127.0.0.1. */
export interface Receiver {
  url: string;
  port: number;
  received: Received[];
  /** From now on; 204 unless something else is said. */
  answer: (request: Received) => Answer | Promise<Answer>;
  /** How many requests are without an answer now, and how many were at most. */
  waiting: number;
  most: number;
  close(): Promise<void>;
}

/** Starts a receiver; it is closed when the test ends. */
export async function startReceiver({ port = 0 } = {}): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const text = Buffer.concat(chunks).toString();
      const headers = request.headers as Received['headers'];
      const one = { path: request.url ?? '', headers, text, body: JSON.parse(text) };
      receiver.received.push(one);
      receiver.waiting += 1;
      receiver.most = Math.max(receiver.most, receiver.waiting);
      response.on('close', () => {
        receiver.waiting -= 1;
      });
      const answer = await receiver.answer(one);
      if (answer === 'SILENCE') return;
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const at = (server.address() as AddressInfo).port;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${at}/hooks`,
    port: at,
    received: [],
    answer: () => ({ status: 204 }),
    waiting: 0,
    most: 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  onTestFinished(() => receiver.close());
  return receiver;
}

/**
 * Verifies a request as a partner would, with the library of Standard Webhooks, and answers what is in it.
 * @throws WebhookVerificationError
 */
export const verified = (secret: string, { text, headers }: Received): unknown =>
  new Webhook(secret).verify(text, headers as Record<string, string>);
