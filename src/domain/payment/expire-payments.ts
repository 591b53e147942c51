import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { resume, step } from './progress.ts';
import { save } from './store.ts';

/**
 * Ends payments whose time has run out: not confirmed, or a top-up whose money never came. Nothing of theirs is held.
 * Safe when several run at once: each takes rows that no other has locked.
 * @param limit payments at most
 * @returns how many were ended
 */
export async function expirePayments({ db, clock }: Pick<Deps, 'db' | 'clock'>, limit: number): Promise<number> {
  const now = clock.now();
  return transaction(db, async (tx) => {
    const due = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM payment WHERE status IN ('CREATED', 'PROCESSING') AND expires_at <= ${now}
      ORDER BY expires_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
    if (due.length === 0) return 0;
    const payments = await tx.payment.findMany({ where: { id: { in: due.map(({ id }) => id) } } });
    const expired = payments.map((payment) =>
      step(resume(payment), { to: 'EXPIRED', reason: 'EXPIRE', source: 'SYSTEM' }, now),
    );
    await save(tx, expired, [], now);
    return expired.length;
  });
}
