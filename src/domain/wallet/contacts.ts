import { InvalidInputError, NotFoundError } from '../../errors.ts';
import type { Viewer } from '../access/viewer.ts';
import type { AskDeps } from './ask-provider.ts';
import { capable, reachWallet } from './at-provider.ts';
import { checkPhone } from './phone.ts';
import { readOfWallet } from './refusal.ts';
import { findWallet, visibleWallets, type WalletWithAccounts } from './store.ts';

const MAX_CONTACTS = 500;

/** Somebody of an address book. */
export interface Contact {
  phone: string;
  name: string | null;
  /** Has this phone an active wallet where the asking wallet is kept? */
  hasWallet: boolean;
  /** That wallet, where it is the caller's own. */
  wallet: WalletWithAccounts | null;
}

/**
 * Which of these have an active wallet where this wallet is kept: at its provider, or, for a LOCAL one, at this partner. All
 * come back, in the order given.
 * @throws NotFoundError, InvalidInputError, NotSupportedError, StateError, ProviderRejectedError, ProviderUnavailableError
 */
export async function findContacts(
  deps: AskDeps,
  viewer: Viewer,
  walletId: string,
  given: readonly { phone: string; name?: string | null | undefined }[],
): Promise<Contact[]> {
  if (given.length > MAX_CONTACTS) throw InvalidInputError.at('contacts', `at most ${MAX_CONTACTS} at a time.`);
  const contacts = given.map(({ phone, name }, index) => ({
    phone: checkPhone(phone, `contacts.${index}.phone`),
    ...(name ? { name } : {}),
  }));
  const wallet = await findWallet(deps.db.prisma, viewer, walletId);
  if (!wallet) throw new NotFoundError('The wallet');
  if (contacts.length === 0) return [];
  const hashes = new Map(contacts.map(({ phone }) => [phone, deps.vault.fingerprint(phone)]));
  const known = await deps.db.prisma.wallet.findMany({
    where: {
      partnerId: wallet.partnerId,
      provider: wallet.provider,
      phoneHash: { in: [...hashes.values()] },
      status: 'ACTIVE',
    },
    include: { accounts: true },
  });
  const own = new Set(
    (
      await deps.db.prisma.wallet.findMany({
        where: { AND: [{ id: { in: known.map(({ id }) => id) } }, visibleWallets(viewer)] },
        select: { id: true },
      })
    ).map(({ id }) => id),
  );
  const byHash = new Map(known.map((found) => [hex(found.phoneHash ?? new Uint8Array()), found]));
  const active = await activeAtProvider(deps, wallet, contacts);
  return contacts.map(({ phone, name }) => {
    const found = byHash.get(hex(hashes.get(phone) ?? new Uint8Array())) ?? null;
    return {
      phone,
      name: name ?? null,
      hasWallet: active ? active.has(phone) : found !== null,
      wallet: found && own.has(found.id) ? found : null,
    };
  });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The phones that its provider knows; null for a LOCAL wallet. */
async function activeAtProvider(
  deps: AskDeps,
  wallet: WalletWithAccounts,
  contacts: { phone: string; name?: string }[],
): Promise<Set<string> | null> {
  const reached = await reachWallet(deps, deps.db.prisma, wallet);
  if (!reached) return null;
  const { find } = capable(reached, 'CONTACTS', (connector) => connector.contacts);
  return new Set(await readOfWallet(wallet, () => find(reached.call, contacts)));
}
