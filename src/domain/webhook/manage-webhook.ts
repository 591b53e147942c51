import type { Hooks } from '../../connectors/webhooks.ts';
import type { ProviderWebhook } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { NotFoundError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { requestReconciliation } from '../mirror/request-reconciliation.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { askProvider } from '../wallet/ask-provider.ts';
import { capable, reachWallet, type WalletAtProvider } from '../wallet/at-provider.ts';
import { acceptedOfWallet, readOfWallet } from '../wallet/refusal.ts';
import type { HookDeps } from './hook-up.ts';
import { openKey, sealKey, visibleWebhooks } from './store.ts';

/** A registered webhook and the way to its provider. */
interface Hooked extends WalletAtProvider {
  webhook: ProviderWebhook;
  hooks: Hooks;
}

async function find(deps: HookDeps, viewer: PartnerViewer, webhookId: string): Promise<Hooked> {
  const { prisma } = deps.db;
  const where = { AND: [{ id: webhookId, removedAt: null }, visibleWebhooks(viewer)] };
  const webhook = await prisma.providerWebhook.findFirst({
    where,
    include: { wallet: { include: { accounts: true } } },
  });
  if (!webhook) throw new NotFoundError('The webhook');
  const reached = present(await reachWallet(deps, prisma, webhook.wallet), 'the provider of a wallet');
  return { ...reached, webhook, hooks: capable(reached, 'WEBHOOKS', ({ webhooks }) => webhooks?.hooks) };
}

/**
 * Has the provider replace the key. The old one stops counting at once, so what was signed with it and is still on its way is
 * refused: the history is read anew to make that good. After an unclear answer the key that counts is fetched; while that is
 * the old one, nothing was replaced as far as anybody knows.
 * @throws NotFoundError, NotSupportedError, StateError, ProviderRejectedError; ProviderUnavailableError (repeat it)
 */
export async function rotateKey(deps: HookDeps, viewer: PartnerViewer, webhookId: string): Promise<ProviderWebhook> {
  const { webhook, hooks, wallet, call } = await find(deps, viewer, webhookId);
  const outcome = await hooks.rotateKey(call, webhook.reference);
  const unclear = outcome.kind === 'unknown';
  const key = unclear
    ? await readOfWallet(wallet, () => hooks.key(call, webhook.reference))
    : acceptedOfWallet(outcome, wallet);
  if (unclear && key === openKey(deps.vault, webhook)) throw new ProviderUnavailableError(wallet.provider, null);
  return transaction(deps.db, async (tx) => {
    const now = deps.clock.now();
    const data = { keySealed: sealKey(deps.vault, webhook.id, key), keyIssuedAt: now };
    await requestReconciliation(tx, wallet.id, now);
    return tx.providerWebhook.update({ where: { id: webhook.id }, data });
  });
}

/**
 * Asks the provider for a test call; `lastTestAt` moves when it arrives.
 * @throws NotFoundError, NotSupportedError, StateError, ProviderRejectedError, ProviderUnavailableError
 */
export async function testWebhook(deps: HookDeps, viewer: PartnerViewer, webhookId: string): Promise<ProviderWebhook> {
  const { webhook, hooks, wallet, call } = await find(deps, viewer, webhookId);
  acceptedOfWallet(await hooks.test(call), wallet);
  return deps.db.prisma.providerWebhook.findUniqueOrThrow({ where: { id: webhook.id } });
}

/**
 * Tells the provider to stop; one that it has forgotten already counts as removed. It may be repeated.
 * @throws NotFoundError, NotSupportedError, StateError, ProviderRejectedError, ProviderUnavailableError
 */
export async function removeWebhook(
  deps: HookDeps,
  viewer: PartnerViewer,
  webhookId: string,
): Promise<ProviderWebhook> {
  const removed = await removedBefore(deps, viewer, webhookId);
  if (removed) return removed;
  const { webhook, hooks, wallet, call } = await find(deps, viewer, webhookId);
  acceptedOfWallet(await hooks.remove(call, webhook.reference), wallet);
  const data = { removedAt: deps.clock.now() };
  return deps.db.prisma.providerWebhook.update({ where: { id: webhook.id }, data });
}

const removedBefore = ({ db }: HookDeps, viewer: PartnerViewer, id: string): Promise<ProviderWebhook | null> =>
  db.prisma.providerWebhook.findFirst({ where: { AND: [{ id, removedAt: { not: null } }, visibleWebhooks(viewer)] } });

/** Does the provider call us by this webhook now? By what we know, where it cannot say. */
export async function isActive(deps: HookDeps, webhook: ProviderWebhook): Promise<boolean> {
  if (webhook.removedAt) return false;
  const { prisma } = deps.db;
  const wallet = await prisma.wallet.findUniqueOrThrow({
    where: { id: webhook.walletId },
    include: { accounts: true },
  });
  const active = await askProvider(deps, wallet, ({ connector, call }) =>
    connector.webhooks?.hooks?.active(call).then((hook) => ({ reference: hook?.reference })),
  );
  return active === null || active.reference === webhook.reference;
}
