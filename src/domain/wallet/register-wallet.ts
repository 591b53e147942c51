import type { Tx } from '../../db/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { beginMirror } from '../mirror/opening.ts';
import { capable, type WalletAtProvider } from './at-provider.ts';
import { replaceCredentials } from './credentials.ts';
import { walletOpened } from './events.ts';
import { forgetOpening } from './forget-opening.ts';
import { houseWalletOf } from './house-wallet.ts';
import { follow } from './mirror.ts';
import { type ProvenWallet, proveWallet } from './prove-wallet.ts';
import { acceptedOfWallet, naming } from './refusal.ts';
import { lockWallet, type WalletWithAccounts } from './store.ts';

type RegisterDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * Has a stored wallet registered at its provider and reads it: ACTIVE, with its number, its level and, where the phone had a wallet
 * there already, its money as the opening balance. What leads to it is kept as soon as the provider has told it, so what fails
 * afterwards is made good by repeating without registering again.
 * @param reached the wallet as it is stored, without a number yet
 * @param phone with its country's code
 * @throws InvalidInputError for a phone that the provider does not take; ConflictError when the wallet of this phone is known here;
 *   StateError, ProviderRejectedError, ProviderUnavailableError
 */
export async function registerWallet(
  deps: RegisterDeps,
  viewer: TenantViewer,
  reached: WalletAtProvider,
  phone: string,
): Promise<WalletWithAccounts> {
  const credentials = await accessTo(deps, reached, phone);
  const call = { wallet: { number: '', credentials } };
  const proven = await proveWallet(deps, { connector: reached.connector, call }, 'input.phone');
  const { id } = reached.wallet;
  // the phone may be that of the house wallet, which has a row of its own once it was asked for
  await houseWalletOf(deps, reached.account.id);
  const opened = await transaction(deps.db, async (tx) => {
    const locked = await lockWallet(tx, viewer, id);
    if (!locked) throw new NotFoundError('The wallet');
    if (locked.status !== 'PENDING_ACTIVATION') return locked;
    return (await isKnown(tx, locked, proven.said.number)) ? null : keep(tx, locked, proven, deps.clock.now());
  });
  if (opened) return opened;
  await forgetOpening(deps, reached.wallet);
  throw new ConflictError('The provider has a wallet of this phone, and it is known here already.');
}

/** What leads to the wallet: as it was kept, or as the provider answers it. */
async function accessTo(
  deps: RegisterDeps,
  { connector, wallet, call }: WalletAtProvider,
  phone: string,
): Promise<Record<string, string>> {
  if (wallet.credentialsSealed && call.wallet) return call.wallet.credentials;
  const register = capable({ connector }, 'WALLETS', ({ wallets }) => wallets?.register);
  const outcome = await register({ wallet: null }, { phone, level: wallet.identificationLevel });
  if (outcome.kind === 'rejected' || outcome.kind === 'notSent') await forgetOpening(deps, wallet);
  const { credentials } = await naming('input.phone', async () => acceptedOfWallet(outcome, wallet));
  const issuedAt = deps.clock.now();
  await transaction(deps.db, (tx) => replaceCredentials(tx, deps.vault, wallet.id, credentials, { issuedAt }));
  return credentials;
}

/** Has the partner that wallet already, under another phone or as its house wallet? It stays so until the transaction ends. */
async function isKnown(tx: Tx, { id, partnerId, provider }: WalletWithAccounts, number: string): Promise<boolean> {
  await lockName(tx, 'number', partnerId, provider, number);
  const where = { partnerId, provider, number, status: { not: 'CLOSED' as const }, id: { not: id } };
  return (await tx.wallet.count({ where })) > 0;
}

/** The wallet as its provider has it: row, book with the opening balance, events. */
async function keep(
  tx: Tx,
  { id }: WalletWithAccounts,
  { said, opening }: ProvenWallet,
  now: Date,
): Promise<WalletWithAccounts> {
  const include = { accounts: true };
  const numbered = await tx.wallet.update({ where: { id }, data: { number: said.number }, include });
  const followed = await follow(tx, numbered, said, new Map(), now);
  if (opening) await beginMirror(tx, id, opening, now);
  const opened = await tx.wallet.findUniqueOrThrow({ where: { id }, include });
  const balances = followed.filter(({ type }) => type === 'BALANCE_CHANGED');
  await appendEvents(tx, [walletOpened(opened, now), ...balances], now);
  return opened;
}
