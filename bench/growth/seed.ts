import { print } from 'graphql';
import { pino } from 'pino';
import { ReadEventsDocument, WalletPageDocument } from '../../schema/operations.ts';
import type { Config } from '../../src/config.ts';
import { openDatabase } from '../../src/db/client.ts';
import { Scope } from '../../src/db/generated/enums.ts';
import { createApiKey } from '../../src/domain/access/create-api-key.ts';
import { createPartner } from '../../src/domain/access/create-partner.ts';
import { publishDocuments } from '../../src/domain/document/publish-documents.ts';
import { encodeCursor } from '../../src/events/log.ts';
import { sha256 } from '../../src/lib/crypto.ts';
import { createDeps } from '../../src/server/deps.ts';
import { fill } from './fill.ts';

const SPREAD = 20;

/** What is asked of a database: bodies of one kind, taken by turns. */
export interface Questions {
  kind: string;
  /** Which goal it belongs to. */
  goal: 'history page' | 'events replay';
  bodies: string[];
}

/** A filled database: who asks, and what. */
export interface Seeded {
  apiKey: string;
  questions: Questions[];
  /** Bytes of tables with their indexes, by table. */
  sizes: Record<string, number>;
}

/** Fills a migrated database and says what may be asked of it: the same kinds, whatever its size. */
export async function seed(config: Config, payments: number): Promise<Seeded> {
  const db = await openDatabase(config.databaseUrl ?? '', 4);
  try {
    const { deps } = await createDeps(config, { db, log: pino({ level: 'silent' }) });
    const { id: partnerId } = await createPartner(deps, { name: 'Bench' });
    const { secret } = await createApiKey(deps, { partnerId, name: 'bench', scopes: Object.values(Scope) });
    const [page, replay] = [print(WalletPageDocument), print(ReadEventsDocument)];
    const manifest = JSON.stringify({ [`sha256:${sha256(page)}`]: page, [`sha256:${sha256(replay)}`]: replay });
    await publishDocuments(deps, { partnerId, name: 'bench', manifest });
    const begun = performance.now();
    const progress = (done: string) =>
      process.stdout.write(`  ${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${done}\n`);
    const { longWalletId, longCustomerId, wallets } = await fill(db.pool, { partnerId, payments, progress });
    const ask = (text: string, variables: object) =>
      JSON.stringify({ documentId: `sha256:${sha256(text)}`, variables });
    const { rows: marks } = await db.pool.query<{ id: string }>(
      `SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM payment WHERE source_wallet_id = $1) AS own
       WHERE n % $2 = 0`,
      [longWalletId, Math.floor(payments / 20 / (SPREAD + 1))],
    );
    const cursors = marks.map(({ id }) => Buffer.from(`k1:${id}`).toString('base64url'));
    const places = Array.from({ length: SPREAD }, (_, n) =>
      encodeCursor(BigInt(Math.floor((payments * (n + 1)) / (SPREAD + 3)))),
    );
    const history = (kind: string, asked: object[]) => ({
      kind,
      goal: 'history page' as const,
      bodies: asked.map((variables) => ask(page, { first: 20, ...variables })),
    });
    const events = (kind: string, asked: object[]) => ({
      kind,
      goal: 'events replay' as const,
      bodies: asked.map((variables) => ask(replay, { first: 100, ...variables })),
    });
    return {
      apiKey: secret,
      questions: [
        history('long wallet, first page', [{ id: longWalletId }]),
        history(
          'long wallet, deep page',
          cursors.map((after) => ({ id: longWalletId, after })),
        ),
        history(
          'ordinary wallets',
          wallets.map((id) => ({ id })),
        ),
        events(
          'partner',
          places.map((after) => ({ after })),
        ),
        events(
          'long wallet',
          places.map((after) => ({ after, filter: { walletId: longWalletId } })),
        ),
        events(
          'long customer',
          places.map((after) => ({ after, filter: { customerId: longCustomerId } })),
        ),
        events(
          'ordinary wallets',
          wallets.map((walletId) => ({ filter: { walletId } })),
        ),
      ],
      sizes: await sizes(db.pool),
    };
  } finally {
    await db.close();
  }
}

/** Bytes of each table that was filled, indexes and partitions included. */
async function sizes(pool: { query(sql: string): Promise<{ rows: { name: string; bytes: string }[] }> }) {
  const { rows } = await pool.query(
    `SELECT name, (pg_total_relation_size(name::regclass) + coalesce((SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits
       WHERE inhparent = name::regclass), 0))::text AS bytes
     FROM unnest(ARRAY['payment', 'payment_transition', 'event_log']) AS name`,
  );
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, Number(bytes)]));
}
