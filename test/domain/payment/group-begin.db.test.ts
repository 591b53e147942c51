import { pino } from 'pino';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import type { Database } from '../../../src/db/client.ts';
import { createPartner } from '../../../src/domain/access/create-partner.ts';
import type { PartnerViewer } from '../../../src/domain/access/viewer.ts';
import { confirmPayment } from '../../../src/domain/payment/confirm-payment.ts';
import { createTransfer } from '../../../src/domain/payment/create-transfer.ts';
import { createDeps } from '../../../src/server/deps.ts';
import { unique } from '../../support/builders.ts';
import { testDatabase } from '../../support/db.ts';
import { fundedWallet } from '../../support/funded-wallet.ts';
import { breaksInTheBooks, snapshotOfBooks } from '../../support/snapshot.ts';

/** A group whose transaction does not begin: what was sent behind BEGIN stands on its own then, and must have written nothing. */

const HOLDS = 10_000n;
const config = loadConfig({
  ADMIN_KEY: 'a'.repeat(64),
  TOKEN_SECRET: 'b'.repeat(64),
  ENCRYPTION_KEY: 'c'.repeat(64),
  DATABASE_URL: 'postgres://127.0.0.1/none',
});
const db = await testDatabase(6);

/** While set, each BEGIN of a group is cancelled by its server. */
let cancelled = 0;
let cancelling = false;

/** The database, whose connections are told when a transaction is to be cancelled at its start. */
function treacherous(): Database {
  const connect = async () => {
    const client = await db.pool.connect();
    const { query, release } = client;
    const send = query.bind(client) as (...args: unknown[]) => unknown;
    const asked = (...args: unknown[]): unknown => {
      if (!cancelling || !String(args[0]).startsWith('BEGIN')) return send(...args);
      cancelled += 1;
      return send('SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(5)');
    };
    const back = (error?: Error | boolean): void => {
      Object.assign(client, { query, release });
      client.release(error);
    };
    return Object.assign(client, { query: asked, release: back });
  };
  const query = db.pool.query.bind(db.pool);
  return { ...db, pool: { connect, query } as unknown as Database['pool'] };
}

const { deps } = await createDeps(config, { db: treacherous(), log: pino({ level: 'silent' }) });

async function scene() {
  const { id: partnerId } = await createPartner(deps, { name: 'Shop' });
  const viewer: PartnerViewer = { kind: 'PARTNER', partnerId, apiKeyId: 'key', scopes: new Set() };
  const open = () => fundedWallet(deps, viewer, HOLDS);
  return { viewer, from: await open(), to: await open() };
}

test('A BEGIN that is cancelled claims no key and moves nothing; the same keys make the payments when it is sent again.', async () => {
  const { viewer, from, to } = await scene();
  const wish = (confirm: boolean) => ({
    idempotencyKey: unique('wish'),
    fromWalletId: from,
    to: { walletId: to },
    amount: { minor: 7n, currency: 'RUB' },
    confirm,
  });
  const wishes = Array.from({ length: 10 }, (_, at) => wish(at % 2 === 0));
  const earlier = (await createTransfer(deps, viewer, wish(false))).payment;
  const before = await snapshotOfBooks(db);

  cancelling = true;
  const refused = await Promise.allSettled([
    ...wishes.map((one) => createTransfer(deps, viewer, one)),
    confirmPayment(deps, viewer, { paymentId: earlier.id }),
  ]);
  for (const answer of refused)
    expect(answer).toMatchObject({ status: 'rejected', reason: { message: expect.stringMatching(/cancel/) } });
  // the group, and each of it alone
  expect(cancelled).toBeGreaterThan(wishes.length);
  expect(await snapshotOfBooks(db)).toEqual(before);

  cancelling = false;
  const made = await Promise.all(wishes.map((one) => createTransfer(deps, viewer, one)));
  expect(made.map(({ replayed }) => replayed)).toEqual(wishes.map(() => false));
  await confirmPayment(deps, viewer, { paymentId: earlier.id });
  expect(await db.prisma.payment.count({ where: { status: 'COMPLETED' } })).toBe(6);
  expect(await breaksInTheBooks(db)).toEqual([]);
});
