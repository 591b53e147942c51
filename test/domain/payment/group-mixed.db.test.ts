import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { openDatabase } from '../../../src/db/client.ts';
import { createPartner } from '../../../src/domain/access/create-partner.ts';
import type { PartnerViewer } from '../../../src/domain/access/viewer.ts';
import { setLimits } from '../../../src/domain/limit/set-limits.ts';
import { cancelPayment } from '../../../src/domain/payment/cancel-payment.ts';
import { confirmPayment } from '../../../src/domain/payment/confirm-payment.ts';
import { createTransfer } from '../../../src/domain/payment/create-transfer.ts';
import { createTransferBatch } from '../../../src/domain/payment/create-transfer-batch.ts';
import { refundPayment } from '../../../src/domain/payment/refund-payment.ts';
import { closeWallet } from '../../../src/domain/wallet/close-wallet.ts';
import { DomainError } from '../../../src/errors.ts';
import { createDeps } from '../../../src/server/deps.ts';
import { unique } from '../../support/builders.ts';
import { testDatabase } from '../../support/db.ts';
import { fundedWallet } from '../../support/funded-wallet.ts';
import { breaksInTheBooks } from '../../support/snapshot.ts';

/** Groups of transfers in two processes among everything else that moves money between the same wallets. */

const WALLETS = 12;
const CAPPED = 5;
const CAP = 2_000n;
const HOLDS = 10_000n;
const ROUNDS = 30;
const config = loadConfig({
  ADMIN_KEY: 'a'.repeat(64),
  TOKEN_SECRET: 'b'.repeat(64),
  ENCRYPTION_KEY: 'c'.repeat(64),
  DATABASE_URL: 'postgres://127.0.0.1/none',
});
const log = pino({ level: 'silent' });
const db = await testDatabase(12);
const { deps: here } = await createDeps(config, { db, log });
type Deps = typeof here;

async function anotherProcess(): Promise<Deps> {
  const other = await openDatabase(db.url, 12);
  onTestFinished(() => other.close());
  return (await createDeps(config, { db: other, log })).deps;
}

async function scene() {
  const { id: partnerId } = await createPartner(here, { name: 'Shop' });
  await db.prisma.partner.update({ where: { id: partnerId }, data: { transferFeeBasisPoints: 100 } });
  const viewer: PartnerViewer = { kind: 'PARTNER', partnerId, apiKeyId: 'key', scopes: new Set() };
  const wallets: string[] = [];
  for (let at = 0; at < WALLETS; at += 1) {
    const id = await fundedWallet(here, viewer, HOLDS);
    const max = { minor: CAP, currency: 'RUB' };
    if (at < CAPPED)
      await setLimits(here, viewer, {
        walletId: id,
        limits: [{ kind: 'TRANSFER', window: 'DAY', max, enabled: true }],
      });
    wallets.push(id);
  }
  return { viewer, wallets };
}

const dice = (sides: number): number => randomBytes(4).readUInt32BE() % sides;

/** What is refused is refused; anything else that goes wrong is a fault. */
async function allowed<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/** One thing that somebody does, in one of the processes or in both at once. */
async function deed([a, b]: [Deps, Deps], viewer: PartnerViewer, wallets: string[]): Promise<void> {
  const deps = dice(2) ? a : b;
  const from = dice(WALLETS);
  const pair = (step: number) => ({
    fromWalletId: wallets[(from + step) % WALLETS] ?? '',
    toWalletId: wallets[(from + step + 1 + dice(WALLETS - 1)) % WALLETS] ?? '',
    amount: { minor: BigInt(1 + dice(400)), currency: 'RUB' },
  });
  const { toWalletId, ...one } = pair(0);
  const wish = { ...one, idempotencyKey: unique('wish'), to: { walletId: toWalletId } };
  switch (dice(6)) {
    case 0: {
      const both = await Promise.all(
        [a, b, a].map((each) => allowed(createTransfer(each, viewer, { ...wish, confirm: true }))),
      );
      const made = both.flatMap((each) => (each ? [each] : []));
      expect(new Set(made.map(({ payment }) => payment.id)).size).toBeLessThan(2);
      expect(made.filter(({ replayed }) => !replayed).length).toBe(made.length > 0 ? 1 : 0);
      return;
    }
    case 1: {
      const made = await allowed(createTransfer(deps, viewer, { ...wish, confirm: false }));
      if (!made) return;
      const { id: paymentId } = made.payment;
      const ends = [confirmPayment(a, viewer, { paymentId }), confirmPayment(b, viewer, { paymentId })];
      await Promise.all([...ends.map(allowed), allowed(cancelPayment(deps, viewer, { paymentId }))]);
      return;
    }
    case 2: {
      const made = await allowed(createTransfer(deps, viewer, { ...wish, confirm: true }));
      const refund = { idempotencyKey: unique('refund'), paymentId: made?.payment.id ?? '' };
      if (made) await Promise.all([a, b].map((each) => allowed(refundPayment(each, viewer, refund))));
      return;
    }
    case 3: {
      const transfers = [pair(0), pair(3), pair(5)];
      await allowed(createTransferBatch(deps, viewer, { idempotencyKey: unique('batch'), transfers }));
      return;
    }
    case 4:
      await allowed(closeWallet(deps, viewer, { walletId: wallets[from] ?? '' }));
      return;
    default:
      await allowed(createTransfer(deps, viewer, { ...wish, confirm: true }));
  }
}

/** Every payment says the same in its row, its timeline, the books and the log, in the order of its versions. */
const HALF = `SELECT p.id, p.kind, p.status, p.version FROM payment p WHERE p.kind IN ('TRANSFER', 'REFUND') AND (
  (SELECT array_agg(t.version ORDER BY t.version) FROM payment_transition t WHERE t.payment_id = p.id)
    IS DISTINCT FROM (SELECT array_agg(n) FROM generate_series(1, p.version) n)
  OR (SELECT array_agg((e.data -> 'payment' ->> 'version')::int ORDER BY e.position) FROM event_of_log e
      WHERE e.payment_id = p.id AND e.type LIKE 'PAYMENT%') IS DISTINCT FROM (SELECT array_agg(n) FROM generate_series(1, p.version) n)
  OR (SELECT count(*) FROM journal_entry j WHERE j.payment_id = p.id) <> (CASE p.status WHEN 'COMPLETED' THEN 1 ELSE 0 END))`;
const CAPS = `SELECT w.id, u.spent_minor, u.count, p.spent, p.payments FROM wallet w
  LEFT JOIN limit_usage u ON u.wallet_id = w.id AND u.kind = 'TRANSFER' AND u."window" = 'DAY'
  CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS spent, count(*) AS payments FROM payment
    WHERE source_wallet_id = w.id AND kind = 'TRANSFER' AND status = 'COMPLETED') p
  WHERE (coalesce(u.spent_minor, 0), coalesce(u.count, 0)) IS DISTINCT FROM (p.spent::bigint, p.payments::int)`;
/** The events of a wallet's balance end in what is in its book. */
const LAST = `SELECT w.id FROM wallet w JOIN ledger_account a ON a.wallet_id = w.id
  CROSS JOIN LATERAL (SELECT data ->> 'posted' AS posted FROM event_of_log e
    WHERE e.wallet_ids[1] = w.id AND e.type = 'BALANCE_CHANGED' ORDER BY position DESC LIMIT 1) e
  WHERE e.posted::bigint <> a.posted_credits - a.posted_debits`;

test('Transfers, batches, refunds, cancellations and closings of the same wallets in two processes: nothing is lost, doubled or stuck.', async () => {
  const { viewer, wallets } = await scene();
  const both: [Deps, Deps] = [here, await anotherProcess()];
  const worker = async () => {
    for (let round = 0; round < ROUNDS; round += 1) await deed(both, viewer, wallets);
  };
  await Promise.all(Array.from({ length: 12 }, worker));
  await expect
    .poll(async () => (await db.pool.query('SELECT event_sequence(500)::int AS moved')).rows[0].moved)
    .toBe(0);
  const { rows: completed } = await db.pool.query(
    `SELECT kind, count(*)::int AS count FROM payment WHERE status = 'COMPLETED' GROUP BY kind ORDER BY kind`,
  );
  expect(completed.every(({ count }) => count > 4)).toBe(true);
  for (const sql of [HALF, CAPS, LAST]) expect((await db.pool.query(sql)).rows).toEqual([]);
  const over = await db.pool.query(
    `SELECT wallet_id FROM limit_usage WHERE kind = 'TRANSFER' AND "window" = 'DAY' AND wallet_id = ANY ($1) AND spent_minor > $2`,
    [wallets.slice(0, CAPPED), CAP],
  );
  expect(over.rows).toEqual([]);
  expect(await breaksInTheBooks(db)).toEqual([]);
  const { rows } = await db.pool.query(
    `SELECT sum(posted_credits - posted_debits)::bigint AS total FROM ledger_account WHERE kind IN ('LIABILITY', 'INCOME')`,
  );
  expect(rows).toEqual([{ total: (HOLDS * BigInt(WALLETS)).toString() }]);
}, 180_000);
