import type { ProviderWebhook } from '../../db/generated/client.ts';
import { DomainError, InvalidInputError, NotFoundError } from '../../errors.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { accountFor, capable, reachWallet, type WalletAtProvider, walletAtProvider } from '../wallet/at-provider.ts';
import { houseWalletOf } from '../wallet/house-wallet.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { type Direction, everyDirection, type HookDeps, hookUp } from './hook-up.ts';
import { webhookOfWallet } from './store.ts';

export interface RegisterWebhookInput {
  providerAccountId: string;
  /** Left out: the house wallet of the account. */
  walletId?: string | undefined;
  /** Left out: both. */
  directions?: readonly Direction[] | undefined;
}

/**
 * Has the provider call us about one wallet, and fetches the key that its calls are signed with. Repeating it changes nothing.
 * @throws NotFoundError, InvalidInputError, NotSupportedError, ConflictError (another address is registered), StateError,
 *   ProviderRejectedError, ProviderUnavailableError
 */
export async function registerWebhook(
  deps: HookDeps,
  viewer: PartnerViewer,
  { providerAccountId, walletId, directions = everyDirection }: RegisterWebhookInput,
): Promise<ProviderWebhook> {
  if (directions.length === 0) throw InvalidInputError.at('input.directions', 'give IN, OUT or both.');
  const route = await accountFor(deps, deps.db.prisma, viewer.partnerId, { providerAccountId }, 'WEBHOOKS');
  capable(route, 'WEBHOOKS', ({ webhooks }) => webhooks?.hooks);
  const reached = await wanted(deps, viewer, providerAccountId, walletId);
  return hookUp(deps, reached, directions);
}

async function wanted(
  deps: HookDeps,
  viewer: PartnerViewer,
  providerAccountId: string,
  walletId: string | undefined,
): Promise<WalletAtProvider> {
  if (walletId !== undefined) {
    const reached = await walletAtProvider(deps, viewer, walletId, 'WEBHOOKS');
    if (reached.account.id !== providerAccountId)
      throw InvalidInputError.at('input.walletId', 'the wallet is held through another provider account.');
    if (!reached.wallet.house) checkWalletState(reached.wallet, ['ACTIVE', 'BLOCKED']);
    return reached;
  }
  const house = await houseWalletOf(deps, providerAccountId);
  const reached = house && (await reachWallet(deps, deps.db.prisma, house));
  if (!reached) throw new NotFoundError('The house wallet of the account');
  return reached;
}

/**
 * The job's part: registers for a wallet that was linked, unless that was done meanwhile.
 * @throws ProviderUnavailableError when the provider cannot be reached: the job is tried again
 */
export async function registerLinkedWallet(deps: HookDeps, walletId: string): Promise<void> {
  const { prisma } = deps.db;
  const wallet = await prisma.wallet.findUniqueOrThrow({ where: { id: walletId }, include: { accounts: true } });
  const reached = wallet.status === 'CLOSED' ? null : await reachWallet(deps, prisma, wallet);
  if (!reached?.connector.webhooks?.hooks || (await webhookOfWallet(prisma, walletId))) return;
  try {
    await hookUp(deps, reached, everyDirection);
  } catch (error) {
    if (!(error instanceof DomainError) || error instanceof ProviderUnavailableError) throw error;
    // somebody has to act first: it is seen by `Wallet.providerWebhook`, and registered with providerWebhookRegister
    deps.log.warn({ walletId, code: error.code }, 'a webhook could not be registered for a linked wallet');
  }
}
