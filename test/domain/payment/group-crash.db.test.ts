import { pino } from 'pino';
import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { type Database, openDatabase } from '../../../src/db/client.ts';
import { createPartner } from '../../../src/domain/access/create-partner.ts';
import type { PartnerViewer } from '../../../src/domain/access/viewer.ts';
import { confirmPayment } from '../../../src/domain/payment/confirm-payment.ts';
import { createTransfer } from '../../../src/domain/payment/create-transfer.ts';
import { createTransferLane } from '../../../src/domain/payment/group/lane.ts';
import { DomainError } from '../../../src/errors.ts';
import { createDeps } from '../../../src/server/deps.ts';
import { unique } from '../../support/builders.ts';
import { fundedWallet } from '../../support/funded-wallet.ts';
import { startOwnServer } from '../../support/own-server.ts';
import { breaksInTheBooks } from '../../support/snapshot.ts';

/** What is left of a group of transfers when the server dies, or the word of its commit is lost. */

const WALLETS = 40;
const HOLDS = 100_000n;
const config = loadConfig({
  ADMIN_KEY: 'a'.repeat(64),
  TOKEN_SECRET: 'b'.repeat(64),
  ENCRYPTION_KEY: 'c'.repeat(64),
  DATABASE_URL: 'postgres://127.0.0.1/none',
});
const log = pino({ level: 'silent' });
const depsOn = async (db: Database) => (await createDeps(config, { db, log })).deps;
type TestDeps = Awaited<ReturnType<typeof depsOn>>;

/** A partner with wallets that hold 1,000 RUB each. */
async function scene(deps: TestDeps) {
  const { id: partnerId } = await createPartner(deps, { name: 'Shop' });
  const viewer: PartnerViewer = { kind: 'PARTNER', partnerId, apiKeyId: 'key', scopes: new Set() };
  const open = () => fundedWallet(deps, viewer, HOLDS);
  return { viewer, wallets: await Promise.all(Array.from({ length: WALLETS }, open)) };
}

interface Wish {
  idempotencyKey: string;
  fromWalletId: string;
  to: { walletId: string };
  amount: { minor: bigint; currency: string };
  confirm: boolean;
}

function someWish(wallets: string[]): Wish {
  const from = Math.floor(Math.random() * WALLETS);
  const to = (from + 1 + Math.floor(Math.random() * (WALLETS - 1))) % WALLETS;
  const [fromWalletId = '', walletId = ''] = [wallets[from], wallets[to]];
  const amount = { minor: 7n, currency: 'RUB' };
  return { idempotencyKey: unique('wish'), fromWalletId, to: { walletId }, amount, confirm: Math.random() < 0.5 };
}

/** In one request, or in two. Answers the payment's id. */
async function fulfil(deps: TestDeps, viewer: PartnerViewer, wish: Wish): Promise<string> {
  const { payment } = await createTransfer(deps, viewer, wish);
  if (!wish.confirm) await confirmPayment(deps, viewer, { paymentId: payment.id });
  return payment.id;
}

/** Wishes are fulfilled by sixty at once until the server dies under them. */
async function wishUntilDeath(deps: TestDeps, { viewer, wallets }: Awaited<ReturnType<typeof scene>>, die: () => void) {
  const [answered, unanswered] = [new Map<string, Wish>(), [] as Wish[]];
  let dead = false;
  const worker = async () => {
    while (!dead) {
      const wish = someWish(wallets);
      try {
        answered.set(await fulfil(deps, viewer, wish), wish);
        if (answered.size === 300) die();
      } catch (error) {
        if (error instanceof DomainError) throw error;
        dead = true;
        unanswered.push(wish);
      }
    }
  };
  await Promise.all(Array.from({ length: 60 }, worker));
  return { answered, unanswered };
}

/** Every payment is whole: its row, its timeline, its entry and its events say the same. */
const HALF = `SELECT p.id, p.status, p.version FROM payment p WHERE
  (SELECT count(*) FROM payment_transition t WHERE t.payment_id = p.id) <> p.version
  OR (SELECT count(*) FROM journal_entry j WHERE j.payment_id = p.id) <> (CASE p.status WHEN 'COMPLETED' THEN 1 ELSE 0 END)
  OR (SELECT coalesce(sum(e.count), 0) FROM event_outbox o, unnest(o.payment_ids, o.counts) AS e(payment_id, count) WHERE e.payment_id = p.id) <> (CASE p.status WHEN 'COMPLETED' THEN 5 ELSE 1 END)
  OR (SELECT count(*) FROM idempotency_key k WHERE k.result_id = p.id) <> 1`;

test('PostgreSQL dies in the middle of groups: each payment is wholly done or not at all, and repeating the rest completes it.', async () => {
  const server = await startOwnServer();
  const before = await openDatabase(server.url, 8);
  const deps = await depsOn(before);
  const shop = await scene(deps);
  const { answered, unanswered } = await wishUntilDeath(deps, shop, server.cutPower);
  await before.close();
  expect(unanswered.length).toBeGreaterThan(0);

  await server.startAgain();
  const db = await openDatabase(server.url, 8);
  const again = await depsOn(db);
  const completed = async () =>
    new Set((await db.prisma.payment.findMany({ where: { status: 'COMPLETED' } })).map(({ id }) => id));
  expect((await db.pool.query(HALF)).rows).toEqual([]);
  const done = await completed();
  for (const id of answered.keys()) expect(done).toContain(id);
  expect(await breaksInTheBooks(db)).toEqual([]);

  const repeated = await Promise.all(unanswered.map((wish) => fulfil(again, shop.viewer, wish)));
  const old = await Promise.all([...answered].map(async ([id, wish]) => [id, await fulfil(again, shop.viewer, wish)]));
  for (const [first, second] of old) expect(second).toBe(first);
  expect(await completed()).toEqual(new Set([...answered.keys(), ...repeated]));
  expect((await db.pool.query(HALF)).rows).toEqual([]);
  expect(await breaksInTheBooks(db)).toEqual([]);
  const { rows } = await db.pool.query(
    `SELECT sum(posted_credits - posted_debits)::text AS total FROM ledger_account WHERE kind = 'LIABILITY'`,
  );
  expect(rows).toEqual([{ total: (HOLDS * BigInt(WALLETS)).toString() }]);
  await db.close();
}, 180_000);

/** A database whose next COMMIT is carried out, and whose answer to it is lost. */
function losingOneCommit(db: Database): Database {
  let lost = false;
  const connect = async () => {
    const client = await db.pool.connect();
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    client.query = (async (...args: unknown[]) => {
      const answer = await query(...args);
      if (args[0] !== 'COMMIT' || lost) return answer;
      lost = true;
      throw new Error('Connection terminated unexpectedly');
    }) as typeof client.query;
    return client;
  };
  return { ...db, pool: { connect } as unknown as Database['pool'] };
}

test('The answer to a commit is lost: what stands is looked up, nothing is done twice, and each learns of its own.', async () => {
  const db = await openDatabase((await startOwnServer()).url, 8);
  const deps = await depsOn(db);
  const { viewer, wallets } = await scene(deps);
  const transfers = createTransferLane({ ...deps, db: losingOneCommit(db) });
  const wishes = Array.from({ length: 20 }, () => ({ ...someWish(wallets), confirm: true }));
  const made = await Promise.all(wishes.map((wish) => createTransfer({ ...deps, transfers }, viewer, wish)));
  expect(made.map(({ payment, replayed }) => [payment.status, replayed])).toEqual(
    wishes.map(() => ['COMPLETED', false]),
  );
  // what was answered is what is stored, to the last column
  const stored = await db.prisma.payment.findMany({ orderBy: { id: 'asc' } });
  expect(stored).toEqual(made.map(({ payment }) => payment).sort((a, b) => (a.id < b.id ? -1 : 1)));
  const waiting = await Promise.all(
    Array.from({ length: 20 }, () => createTransfer(deps, viewer, { ...someWish(wallets), confirm: false })),
  );
  const losing = { ...deps, transfers: createTransferLane({ ...deps, db: losingOneCommit(db) }) };
  const confirmed = await Promise.all(
    waiting.map(({ payment }) => confirmPayment(losing, viewer, { paymentId: payment.id })),
  );
  expect(new Set(confirmed.map(({ payment }) => payment.status))).toEqual(new Set(['COMPLETED']));
  expect((await db.pool.query(HALF)).rows).toEqual([]);
  expect(await breaksInTheBooks(db)).toEqual([]);
  await db.close();
}, 120_000);
