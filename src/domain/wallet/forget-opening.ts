import type { Wallet } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';

/** The mutation whose keys are claimed for wallets that are being opened. */
export const OPENING = 'walletOpen';

/** Nothing came of opening a wallet at a provider: it is not there, and the phone and the key are free again. */
export async function forgetOpening(
  { db }: Pick<Deps, 'db'>,
  { id, partnerId }: Pick<Wallet, 'id' | 'partnerId'>,
): Promise<void> {
  await transaction(db, async (tx) => {
    await tx.walletCredential.deleteMany({ where: { walletId: id } });
    await tx.wallet.deleteMany({ where: { id, status: 'PENDING_ACTIVATION', challengeSealed: null } });
    await tx.idempotencyKey.deleteMany({ where: { partnerId, operation: OPENING, resultId: id } });
  });
}
