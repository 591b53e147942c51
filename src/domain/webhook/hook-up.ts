import type { Hooks, ProviderHook } from '../../connectors/webhooks.ts';
import type { ProviderWebhook } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, InvalidInputError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import { webhookUrl } from '../provider/public-url.ts';
import { capable, type WalletAtProvider } from '../wallet/at-provider.ts';
import { acceptedOfWallet, readOfWallet } from '../wallet/refusal.ts';
import { openKey, sealKey, webhookOfWallet } from './store.ts';

export type Direction = 'IN' | 'OUT';
export const everyDirection: readonly Direction[] = ['IN', 'OUT'];

export type HookDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>;

/**
 * Has the provider of a wallet call us. One that calls us already is adopted; one that calls somebody else is left alone. It
 * may be repeated: an unclear answer is found out by asking which webhook is active.
 * @throws NotSupportedError where nothing can be registered; InvalidInputError when our address is too long for the provider;
 *   ConflictError, StateError, ProviderRejectedError, ProviderUnavailableError
 */
export async function hookUp(
  deps: HookDeps,
  reached: WalletAtProvider,
  directions: readonly Direction[],
): Promise<ProviderWebhook> {
  const hooks = capable(reached, 'WEBHOOKS', ({ webhooks }) => webhooks?.hooks);
  const url = webhookUrl(deps, reached.account);
  if (hooks.maxUrlLength !== null && url.length > hooks.maxUrlLength)
    throw InvalidInputError.at(
      'input.providerAccountId',
      `our address ${url} has ${url.length} characters, the provider takes ${hooks.maxUrlLength}: run the gateway under a shorter PUBLIC_URL.`,
    );
  const hook = await agree(hooks, reached, { url, directions });
  const key = await readOfWallet(reached.wallet, () => hooks.key(reached.call, hook.reference));
  return keep(deps, reached, hook, key);
}

/** The webhook at the provider that calls us of these directions: the active one, or a new one. */
async function agree(
  hooks: Hooks,
  { wallet, call }: WalletAtProvider,
  wanted: { url: string; directions: readonly Direction[] },
): Promise<ProviderHook> {
  const active = await readOfWallet(wallet, () => hooks.active(call));
  if (active && active.url !== wanted.url)
    throw new ConflictError(
      'The provider calls another address for this wallet, and takes one only. Remove that webhook where it was registered.',
    );
  if (active && sameDirections(active.directions, wanted.directions)) return active;
  if (active) acceptedOfWallet(await hooks.remove(call, active.reference), wallet);
  return acceptedOfWallet(await hooks.register(call, wanted), wallet);
}

const sameDirections = (a: readonly Direction[], b: readonly Direction[]): boolean =>
  everyDirection.every((direction) => a.includes(direction) === b.includes(direction));

/** Keeps what was agreed, in the place of whatever was kept before. */
function keep(
  { db, vault, clock }: HookDeps,
  { wallet, account }: WalletAtProvider,
  { reference, url, directions }: ProviderHook,
  key: string,
): Promise<ProviderWebhook> {
  const now = clock.now();
  return transaction(db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM wallet WHERE id = ${wallet.id} FOR UPDATE`;
    const known = await webhookOfWallet(tx, wallet.id);
    if (known?.reference === reference) {
      const fresh = openKey(vault, known) === key ? {} : { keySealed: sealKey(vault, known.id, key), keyIssuedAt: now };
      return tx.providerWebhook.update({ where: { id: known.id }, data: { url, directions, ...fresh } });
    }
    if (known) await tx.providerWebhook.update({ where: { id: known.id }, data: { removedAt: now } });
    const id = newId('ProviderWebhook');
    return tx.providerWebhook.create({
      data: {
        id,
        partnerId: wallet.partnerId,
        providerAccountId: account.id,
        walletId: wallet.id,
        reference,
        url,
        directions,
        keySealed: sealKey(vault, id, key),
        keyIssuedAt: now,
        createdAt: now,
      },
    });
  });
}
