import type { Database, Tx } from './client.ts';

const ATTEMPTS = 5;
/** serialization_failure and deadlock_detected: the whole transaction may simply run again. */
const RETRYABLE = ['40001', '40P01'];

/**
 * Runs `work` in one READ COMMITTED transaction; rows that a decision rests on are locked by the work itself.
 * A throw rolls everything back. A deadlock or serialization failure is tried again, five times in all.
 * @param db the database
 * @param work what to do; must be repeatable, and must not call a provider
 * @returns what `work` returns, after commit
 */
export async function transaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const options = { maxWait: 15_000, timeout: 30_000, isolationLevel: 'ReadCommitted' } as const;
      const result = await db.prisma.$transaction(work, options);
      db.committed.emit('committed');
      return result;
    } catch (error) {
      if (attempt === ATTEMPTS || !RETRYABLE.includes(sqlState(error) ?? '')) throw error;
    }
  }
}

/**
 * The SQLSTATE behind an error of pg or Prisma, or null when it is something else.
 * @param error anything that was thrown
 */
export function sqlState(error: unknown): string | null {
  if (typeof error !== 'object' || error === null) return null;
  const { code, meta, cause } = error as { code?: unknown; meta?: unknown; cause?: unknown };
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('P')) return code;
  if (code === 'P2034') return '40001';
  const inner = (meta as { driverAdapterError?: unknown; code?: unknown } | undefined) ?? {};
  if (typeof inner.code === 'string') return inner.code;
  const original = (cause as { originalCode?: unknown } | undefined)?.originalCode;
  if (typeof original === 'string') return original;
  return inner.driverAdapterError ? sqlState(inner.driverAdapterError) : cause ? sqlState(cause) : null;
}
