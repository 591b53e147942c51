import type { Tx } from '../../db/client.ts';
import type { Prisma, Wallet, WalletAccount } from '../../db/generated/client.ts';
import type { WalletStatus } from '../../db/generated/enums.ts';
import { present } from '../../lib/assert.ts';
import type { Viewer } from '../access/viewer.ts';

export type WalletWithAccounts = Wallet & { accounts: WalletAccount[] };

/** The rows of `wallet` that this viewer may know of. */
export function visibleWallets(viewer: Viewer): Prisma.WalletWhereInput {
  switch (viewer.kind) {
    case 'ADMIN':
      return {};
    case 'PARTNER':
      return { partnerId: viewer.partnerId };
    case 'CUSTOMER':
      return { partnerId: viewer.partnerId, customerId: viewer.customerId };
  }
}

/** The wallet with this id and its currencies, or null: absent and foreign are the same. */
export const findWallet = (tx: Tx, viewer: Viewer, id: string): Promise<WalletWithAccounts | null> =>
  tx.wallet.findFirst({ where: { AND: [{ id }, visibleWallets(viewer)] }, include: { accounts: true } });

/** Any wallet of the partner, whoever owns it: what a payment may be sent to. */
export const findPartnerWallet = (tx: Tx, partnerId: string, id: string): Promise<WalletWithAccounts | null> =>
  tx.wallet.findFirst({ where: { id, partnerId }, include: { accounts: true } });

/** The partner's open wallet of this phone that is LOCAL, or kept by that provider; or null. */
export const findWalletByPhone = (
  tx: Tx,
  partnerId: string,
  phoneHash: Uint8Array<ArrayBuffer>,
  provider = 'LOCAL',
): Promise<WalletWithAccounts | null> =>
  tx.wallet.findFirst({
    where: { partnerId, provider, phoneHash, status: { not: 'CLOSED' } },
    include: { accounts: true },
  });

/**
 * The wallet's status, which holds still until the transaction ends: others may read it so too, nobody may change it.
 * For what the ledger does not guard, because nothing is posted yet.
 */
export async function steadyStatus(tx: Tx, id: string): Promise<WalletStatus> {
  const rows = await tx.$queryRaw<{ status: WalletStatus }[]>`
    SELECT status::text AS status FROM wallet WHERE id = ${id} FOR SHARE`;
  return present(rows[0], 'the wallet').status;
}

/** Locks the wallet's row until the transaction ends, so that its state and currencies hold still. */
export async function lockWallet(tx: Tx, viewer: Viewer, id: string): Promise<WalletWithAccounts | null> {
  await tx.$executeRaw`SELECT 1 FROM wallet WHERE id = ${id} FOR UPDATE`;
  return findWallet(tx, viewer, id);
}
