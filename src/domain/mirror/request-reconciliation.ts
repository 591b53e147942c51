import type { Tx } from '../../db/client.ts';

/** A wallet that is looked at again and again is compared this often at most. */
const SPACING_MS = 3_000;

/** Has the history of a wallet read soon, because something here is not explained by it yet; nothing for a wallet without a mirror. */
export async function requestReconciliation(tx: Tx, walletId: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE wallet_mirror SET due_at = greatest(${now}, read_to + make_interval(secs => ${SPACING_MS / 1000}))
    WHERE wallet_id = ${walletId} AND due_at > greatest(${now}, read_to + make_interval(secs => ${SPACING_MS / 1000}))`;
}

/** Does the provider's history explain this wallet's balance, so that nothing else may be posted to its book? */
export const isExplained = async (tx: Tx, walletId: string): Promise<boolean> =>
  (await tx.walletMirror.count({ where: { walletId } })) > 0;
