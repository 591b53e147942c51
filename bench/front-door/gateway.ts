import { pino } from 'pino';
import { Registry } from 'prom-client';
import { loadConfig } from '../../src/config.ts';
import type { Deps } from '../../src/deps.ts';
import { hashApiKey } from '../../src/domain/access/api-key.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { sha256 } from '../../src/lib/crypto.ts';
import { startEdge } from '../../src/server/http.ts';
import { API_KEY, DOCUMENT, PARTNER_ID } from './data.ts';
import { schema } from './schema.ts';

/**
 * The gateway's whole edge (authentication, rate, admission, limits, metrics, masking) in a process of its own, over a database whose few answers
 * stand in memory: the key, the partner's rules, the published document.
 */

const document = { partnerId: PARTNER_ID, documentId: sha256(DOCUMENT), body: DOCUMENT, revokedAt: null };
const lastUsed = new Date().toISOString().replace('T', ' ').replace('Z', '+00');

/** By the names of the prepared statements that are asked for; both are asked twice a second at most. */
const answers: Record<string, (values: unknown[][]) => unknown[]> = {
  api_keys_by_hash: ([hashes = []]) =>
    hashes.flatMap((hash, at) =>
      hash === hashApiKey(API_KEY) ? [[String(at + 1), 'key_bench', PARTNER_ID, 'WALLETS_READ', lastUsed]] : [],
    ),
  document_rules: () => [{ id: PARTNER_ID, policy: 'PERSISTED_ONLY', version: 1 }],
};
const pool = {
  async query({ name, values }: { name?: string; values: unknown[][] }) {
    // what is noted of the use of documents
    if (name === undefined) return { rows: [] };
    const answer = answers[name];
    if (!answer) throw new Error(`nobody has said what ${name} answers`);
    return { rows: answer(values) };
  },
};
const prisma = {
  persistedDocument: {
    findFirst: async ({ where }: { where: { documentId: string } }) =>
      where.documentId === document.documentId ? document : null,
  },
};

const deps = {
  config: loadConfig(),
  db: { prisma, pool },
  hub: { size: () => 0 },
  metrics: new Registry(),
  clock: systemClock,
  log: pino({ level: 'error' }),
} as unknown as Deps;

const edge = await startEdge(deps, { schema, eventLag: () => ({ connected: true, delayMs: 0, silentMs: 0 }) });
process.send?.(edge.port);
process.once('disconnect', () => process.exit(0));
