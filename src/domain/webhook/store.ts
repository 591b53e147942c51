import type { Tx } from '../../db/client.ts';
import type { Prisma, ProviderWebhook } from '../../db/generated/client.ts';
import type { Vault } from '../../lib/crypto.ts';
import type { Viewer } from '../access/viewer.ts';

/** The rows of `provider_webhook` that this viewer may know of; sessions know of none. */
export function visibleWebhooks(viewer: Viewer): Prisma.ProviderWebhookWhereInput {
  if (viewer.kind === 'ADMIN') return {};
  return viewer.kind === 'PARTNER' ? { partnerId: viewer.partnerId } : { id: { in: [] } };
}

/** The webhook of a wallet that is registered now, as far as we know. */
export const webhookOfWallet = (tx: Tx, walletId: string): Promise<ProviderWebhook | null> =>
  tx.providerWebhook.findFirst({ where: { walletId, removedAt: null } });

const context = (id: string) => `provider_webhook.key:${id}`;

/** The signature key as stored; the row's id binds it to its row. */
export const sealKey = (vault: Vault, id: string, key: string): Uint8Array<ArrayBuffer> => vault.seal(key, context(id));

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openKey = (vault: Vault, { id, keySealed }: ProviderWebhook): string | null =>
  keySealed === null ? null : vault.open(keySealed, context(id));
