import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { capable, walletAtProvider } from './at-provider.ts';
import { type ChallengeView, challengeView, sealChallenge } from './challenge.ts';
import { changeWallet } from './change-wallet.ts';
import { walletUpdated } from './events.ts';
import { refreshWallet } from './mirror.ts';
import { acceptedOfWallet } from './refusal.ts';
import { checkWalletState } from './rules.ts';
import { findWallet, lockWallet, type WalletWithAccounts } from './store.ts';

type ActivateDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * The owner proves the phone: the wallet is ACTIVE from now on, and its balance is read. A wallet that is active already is
 * answered as it is, so a lost answer is made good by repeating.
 * @throws NotFoundError, InvalidInputError, StateError, NotSupportedError; ProviderRejectedError for a wrong, expired or blocked
 *   code; ProviderUnavailableError
 */
export async function activateWallet(
  deps: ActivateDeps,
  viewer: TenantViewer,
  { walletId, code }: { walletId: string; code: string },
): Promise<WalletWithAccounts> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'WALLETS');
  const { wallet } = reached;
  checkCode(code);
  if (wallet.status === 'ACTIVE') return wallet;
  checkWalletState(wallet, ['PENDING_ACTIVATION']);
  const activate = capable(reached, 'WALLETS', (connector) => connector.wallets?.activate);
  const phone = present(wallet.number, 'the number of a wallet at a provider');
  acceptedOfWallet(await activate({ wallet: null }, { phone, code }), wallet);
  const now = deps.clock.now();
  const active = await transaction(deps.db, async (tx) => {
    const locked = await lockWallet(tx, viewer, walletId);
    if (!locked) throw new NotFoundError('The wallet');
    if (locked.status !== 'PENDING_ACTIVATION') return locked;
    const data = { status: 'ACTIVE' as const, challengeSealed: null };
    const row = await tx.wallet.update({ where: { id: walletId }, data, include: { accounts: true } });
    await appendEvents(tx, [walletUpdated(row, now)], now);
    return row;
  });
  await refreshWallet(deps, active);
  return present(await findWallet(deps.db.prisma, viewer, walletId), 'the wallet');
}

/**
 * Sends the owner another activation code; the one before it counts no more.
 * @throws NotFoundError, StateError, NotSupportedError; ProviderRejectedError when too many were sent; ProviderUnavailableError
 */
export async function resendActivationCode(
  deps: ActivateDeps,
  viewer: TenantViewer,
  walletId: string,
): Promise<{ wallet: WalletWithAccounts; challenge: ChallengeView }> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'WALLETS');
  checkWalletState(reached.wallet, ['PENDING_ACTIVATION']);
  const resend = capable(reached, 'WALLETS', (connector) => connector.wallets?.resendCode);
  const phone = present(reached.wallet.number, 'the number of a wallet at a provider');
  const sent = acceptedOfWallet(await resend({ wallet: null }, { phone }), reached.wallet);
  const challenge = challengeView('ACTIVATION', sent, deps.clock.now());
  const wallet = await changeWallet(deps, viewer, walletId, async (tx, locked) => {
    if (locked.status !== 'PENDING_ACTIVATION') return locked;
    const challengeSealed = sealChallenge(deps.vault, walletId, challenge);
    return tx.wallet.update({ where: { id: walletId }, data: { challengeSealed }, include: { accounts: true } });
  });
  return { wallet, challenge };
}

/** A code as it may be sent to a provider: each wrong one counts there, so what is none is not sent. */
export function checkCode(code: string): void {
  if (!/^[0-9A-Za-z]{1,32}$/.test(code))
    throw InvalidInputError.at('input.code', 'must be the code as the owner received it: letters and digits.');
}
