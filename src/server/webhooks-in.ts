import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter } from 'prom-client';
import type { Deps } from '../deps.ts';
import { receiveWebhook } from '../domain/webhook/receive-webhook.ts';

const PATH = /^\/webhooks\/([a-z]{2,20})\/(pac_[0-9a-z]{26})((?:\/[\w.-]+)*)\/?$/;
/** No provider documents a call as large as this. */
const MAX_BYTES = 256 * 1024;

/** Calls from providers: `POST /webhooks/<provider>/<providerAccountId>`, with whatever suffix they hang on. */
export interface WebhookDoor {
  /** Is this path ours? */
  matches(path: string): boolean;
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
}

/** The door through which providers call; it counts what comes, by provider and verdict. */
export function createWebhookDoor(deps: Deps): WebhookDoor {
  const calls = new Counter({
    name: 'koshel_webhooks_received_total',
    help: 'Calls from providers by verdict',
    labelNames: ['provider', 'verdict'],
    registers: [deps.metrics],
  });
  return {
    matches: (path) => path.startsWith('/webhooks/'),
    async handle(req, res) {
      const url = new URL(req.url ?? '/', 'http://gateway');
      const [, provider = '', accountId = '', suffix = ''] = PATH.exec(url.pathname) ?? [];
      if (accountId === '') return answer(res, 404, '{"error":"not found"}');
      const body = await readBody(req);
      if (body === null) return answer(res, 413, '{"error":"too large"}');
      const request = {
        method: req.method ?? '',
        path: suffix,
        query: url.searchParams,
        headers: singleHeaders(req),
        body,
      };
      const { kind, reply } = await receiveWebhook(deps, provider, accountId, request);
      // an unknown account is nobody's provider: its name must not become a label
      calls.inc({ provider: kind === 'NOT_EXPECTED' ? 'unknown' : provider, verdict: kind.toLowerCase() });
      answer(res, reply.status, reply.body);
    },
  };
}

function answer(res: ServerResponse, status: number, body: string): void {
  res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body);
}

async function readBody(req: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function singleHeaders(req: IncomingMessage): Record<string, string | undefined> {
  const single = Object.entries(req.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]);
  return Object.fromEntries(single);
}
