import type { ProviderWebhook } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { askProvider } from '../wallet/ask-provider.ts';
import { openKey, sealKey } from './store.ts';

/** However many calls fail, the provider is asked for the key this often at most. */
const CHECK_EVERY_MS = 60_000;

/**
 * Fetches the key of a webhook anew, because a signature has failed: it may have been replaced elsewhere.
 * @returns the new key; null when it is the one that we have, when it was fetched a moment ago, and when the provider cannot say
 */
export async function fetchKeyOnce(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  webhook: ProviderWebhook,
): Promise<string | null> {
  const { prisma } = deps.db;
  const now = deps.clock.now();
  const before = new Date(now.getTime() - CHECK_EVERY_MS);
  const { count } = await prisma.providerWebhook.updateMany({
    where: { id: webhook.id, OR: [{ keyCheckedAt: null }, { keyCheckedAt: { lt: before } }] },
    data: { keyCheckedAt: now },
  });
  if (count === 0) return null;
  const wallet = await prisma.wallet.findUniqueOrThrow({
    where: { id: webhook.walletId },
    include: { accounts: true },
  });
  const key = await askProvider(deps, wallet, ({ connector, call }) =>
    connector.webhooks?.hooks?.key(call, webhook.reference),
  );
  if (key === null || key === openKey(deps.vault, webhook)) return null;
  const data = { keySealed: sealKey(deps.vault, webhook.id, key), keyIssuedAt: now };
  await prisma.providerWebhook.update({ where: { id: webhook.id }, data });
  return key;
}
