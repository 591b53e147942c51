import type { Tx } from '../../db/client.ts';
import type { IdentificationDowngrade, Prisma } from '../../db/generated/client.ts';
import type { Viewer } from '../access/viewer.ts';
import { visibleWallets } from '../wallet/store.ts';

/** The rows of `identification_downgrade` that this viewer may know of. */
export const visibleDowngrades = (viewer: Viewer): Prisma.IdentificationDowngradeWhereInput => ({
  wallet: visibleWallets(viewer),
});

/** The downgrade with this id, or null: absent and foreign are the same. */
export const findDowngrade = (tx: Tx, viewer: Viewer, id: string): Promise<IdentificationDowngrade | null> =>
  tx.identificationDowngrade.findFirst({ where: { AND: [{ id }, visibleDowngrades(viewer)] } });

/** Locks the row until the transaction ends, then reads it. */
export async function lockDowngrade(tx: Tx, id: string): Promise<IdentificationDowngrade> {
  await tx.$executeRaw`SELECT 1 FROM identification_downgrade WHERE id = ${id} FOR UPDATE`;
  return tx.identificationDowngrade.findUniqueOrThrow({ where: { id } });
}

/** The latest downgrade of each of these wallets that has one. */
export async function latestDowngrades(
  tx: Tx,
  walletIds: readonly string[],
): Promise<Map<string, IdentificationDowngrade>> {
  const rows = await tx.identificationDowngrade.findMany({
    where: { walletId: { in: [...walletIds] } },
    orderBy: [{ walletId: 'asc' }, { id: 'desc' }],
    distinct: ['walletId'],
  });
  return new Map(rows.map((row) => [row.walletId, row]));
}
