import type { Tx } from '../../db/client.ts';

/**
 * Makes transactions that want the same name wait for one another until they end, so that "is it taken?" is still true when
 * the row with that name is written.
 * @param parts what the name is of, and the name itself
 */
export async function lockName(tx: Tx, ...parts: string[]): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${JSON.stringify(parts)}, 0))`;
}
