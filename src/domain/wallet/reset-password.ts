import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { ProviderRejectedError, ProviderUnavailableError } from '../provider/errors.ts';
import { checkCode } from './activate-wallet.ts';
import { capable, type WalletAtProvider, walletAtProvider } from './at-provider.ts';
import { type ChallengeView, challengeView } from './challenge.ts';
import { checkPassword, checkWalletCredentials, issuedKeys, replaceCredentials } from './credentials.ts';
import { walletUpdated } from './events.ts';
import { booksOf, follow } from './mirror.ts';
import { acceptedOfWallet, naming } from './refusal.ts';
import { checkWalletState } from './rules.ts';
import { findWallet, lockWallet, type WalletWithAccounts } from './store.ts';
import { openWalletCredentials, type WalletCredentials } from './upstream-access.ts';
import { loadWallet, type UpstreamWallet } from './upstream-wallet.ts';

type ResetDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * Sends the owner a code with which a new password can be set.
 * @throws NotFoundError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function requestPasswordReset(
  deps: ResetDeps,
  viewer: TenantViewer,
  walletId: string,
): Promise<{ wallet: WalletWithAccounts; challenge: ChallengeView }> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'CREDENTIALS');
  const { wallet } = reached;
  checkWalletState(wallet, ['ACTIVE', 'BLOCKED']);
  const request = capable(reached, 'CREDENTIALS', (connector) => connector.credentials?.requestPasswordReset);
  const phone = present(wallet.number, 'the number of a wallet at a provider');
  const sent = acceptedOfWallet(await request({ wallet: null }, { phone }), wallet);
  return { wallet, challenge: challengeView('PASSWORD_RESET', sent, deps.clock.now()) };
}

/**
 * Sets a new password with the code that the owner received; it takes the place of the kept one. A lost answer is made good by
 * repeating: when the new password opens the wallet already, it was set.
 * @throws NotFoundError, InvalidInputError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function resetPassword(
  deps: ResetDeps,
  viewer: TenantViewer,
  { walletId, code, password: given }: { walletId: string; code: string; password: string },
): Promise<WalletWithAccounts> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'CREDENTIALS');
  const { wallet } = reached;
  const password = checkPassword(given);
  checkCode(code);
  checkWalletState(wallet, ['ACTIVE', 'BLOCKED']);
  const reset = capable(reached, 'CREDENTIALS', (connector) => connector.credentials?.resetPassword);
  const phone = present(wallet.number, 'the number of a wallet at a provider');
  const outcome = await reset({ wallet: null }, { phone, code, password });
  const credentials = { password };
  if (outcome.kind !== 'accepted') {
    const proven = await opens(reached, credentials);
    if (!proven) acceptedOfWallet(outcome, wallet);
  }
  return keepProven(deps, viewer, reached, credentials, null);
}

/**
 * Puts other credentials in the place of all that are kept, once the provider has taken them.
 * @throws NotFoundError, InvalidInputError, NotSupportedError, ProviderRejectedError (they open nothing), ProviderUnavailableError
 */
export async function setCredentials(
  deps: ResetDeps,
  viewer: TenantViewer,
  { walletId, credentials: list }: { walletId: string; credentials: { name: string; value: string }[] },
): Promise<WalletWithAccounts> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'WALLETS');
  const credentials = checkWalletCredentials(list);
  const { number } = reached.wallet;
  // one without a number is being registered
  checkWalletState(reached.wallet, [
    'ACTIVE',
    'BLOCKED',
    ...(number === null ? [] : (['PENDING_ACTIVATION'] as const)),
  ]);
  const before = await booksOf(deps.db.prisma, walletId);
  const said = await naming('input.credentials', () => loadWallet(asWith(reached, credentials)));
  if (said.number !== number) throw InvalidInputError.at('input.credentials', 'open another wallet than this one.');
  return keepProven(deps, viewer, reached, credentials, { said, before });
}

/** The same wallet, opened with other credentials. */
function asWith(reached: WalletAtProvider, credentials: WalletCredentials): WalletAtProvider {
  const number = present(reached.wallet.number, 'the number of a wallet at a provider');
  return { ...reached, call: { wallet: { number, credentials } } };
}

async function opens(reached: WalletAtProvider, credentials: WalletCredentials): Promise<boolean> {
  try {
    const said = await loadWallet(asWith(reached, credentials));
    return !said.passwordResetRequired;
  } catch (error) {
    // it does not, or nobody can tell: then the answer to the reset stands
    if (error instanceof ProviderRejectedError || error instanceof ProviderUnavailableError) return false;
    throw error;
  }
}

async function keepProven(
  deps: ResetDeps,
  viewer: TenantViewer,
  { wallet, connector }: WalletAtProvider,
  credentials: WalletCredentials,
  news: { said: UpstreamWallet; before: Awaited<ReturnType<typeof booksOf>> } | null,
): Promise<WalletWithAccounts> {
  const now = deps.clock.now();
  const dates = { issuedAt: now, lifetimesMs: connector.credentials?.lifetimesMs };
  return transaction(deps.db, async (tx) => {
    const locked = await lockWallet(tx, viewer, wallet.id);
    if (!locked || locked.status === 'CLOSED') throw new NotFoundError('The wallet');
    const keep = issuedKeys(connector, openWalletCredentials(deps.vault, locked));
    await replaceCredentials(tx, deps.vault, wallet.id, credentials, { ...dates, keep });
    const followed = news ? await follow(tx, locked, news.said, news.before, now) : [];
    const row = present(await findWallet(tx, viewer, wallet.id), 'the wallet');
    const told = followed.some(({ type }) => type === 'WALLET_UPDATED') ? [] : [walletUpdated(row, now)];
    await appendEvents(tx, [...told, ...followed], now);
    return row;
  });
}
