import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { actorOf, once } from '../idempotency/once.ts';
import { capable, type WalletAtProvider, walletAtProvider } from './at-provider.ts';
import { walletUpdated } from './events.ts';
import { heedRejection } from './heed-rejection.ts';
import { hasAccount, openMirror } from './mirror.ts';
import type { OpenAccountInput, OpenedAccount } from './open-account.ts';
import { acceptedOfWallet, naming } from './refusal.ts';
import { checkWalletState } from './rules.ts';
import { findWallet, lockWallet, type WalletWithAccounts } from './store.ts';
import { loadWallet } from './upstream-wallet.ts';

type OpenDeps = Pick<Deps, 'db' | 'vault' | 'clock' | 'connectors' | 'log'>;

const OPERATION = 'walletAccountOpen';

/**
 * Has the provider of a wallet open an account in a further currency; its book here is opened with it. No money moves, so a
 * lost answer is made good by reading what the wallet has, and then by repeating with the same key.
 * @throws as openAccount
 */
export async function openAccountAtProvider(
  deps: OpenDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: OpenAccountInput,
): Promise<OpenedAccount> {
  const { walletId, currency } = input;
  const reached = await walletAtProvider(deps, viewer, walletId, 'BALANCES');
  const { wallet } = reached;
  capable(reached, 'BALANCES', (connector) => connector.balances?.open);
  const claim = { operation: OPERATION, key: idempotencyKey };
  const { replayed } = await transaction(deps.db, async (tx) => {
    const claimed = await once(tx, deps, viewer, { ...claim, input, resultId: walletId });
    if (claimed.replayed) return claimed;
    checkWalletState(wallet, ['ACTIVE']);
    if (hasAccount(wallet, currency)) throw new ConflictError(`The wallet has a ${currency} account already.`);
    return claimed;
  });
  if (hasAccount(wallet, currency)) return { wallet, replayed };
  const claimed = { key: idempotencyKey, replayed };
  const opened = await whileInUse(deps, viewer, claim, () => open(deps, viewer, reached, currency, claimed));
  return { wallet: opened, replayed };
}

interface Claimed {
  key: string;
  /** Did a request with this key get as far as the provider before? */
  replayed: boolean;
}

/** Steps 2 and 3: the provider is asked, and the book is opened. */
async function open(
  deps: OpenDeps,
  viewer: TenantViewer,
  reached: WalletAtProvider,
  currency: string,
  claimed: Claimed,
): Promise<WalletWithAccounts> {
  const { id } = reached.wallet;
  // another request may have just opened it
  const known = present(await findWallet(deps.db.prisma, viewer, id), 'the wallet');
  if (hasAccount(known, currency)) return known;
  await heedRejection(deps, reached, () => haveItOpened(deps, viewer, reached, currency, claimed));
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    const locked = present(await lockWallet(tx, viewer, id), 'the wallet');
    if (!(await openMirror(tx, locked, currency, now))) return locked;
    await appendEvents(tx, [walletUpdated(locked, now)], now);
    return present(await findWallet(tx, viewer, id), 'the wallet');
  });
}

/** Returns when the provider has the account; otherwise throws why not. */
async function haveItOpened(
  { db }: OpenDeps,
  viewer: TenantViewer,
  reached: WalletAtProvider,
  currency: string,
  { key, replayed }: Claimed,
): Promise<void> {
  const { wallet, call } = reached;
  const ask = capable(reached, 'BALANCES', (connector) => connector.balances?.open);
  const outcome = await ask(call, currency);
  if (outcome.kind === 'unknown') {
    const { accounts } = await loadWallet(reached);
    if (accounts.some((account) => account.currency === currency)) return;
  }
  // open already: by the request with this key whose answer was lost
  if (outcome.kind === 'rejected' && outcome.refusal.errorCode === 'CONFLICT' && replayed) return;
  if (outcome.kind === 'rejected' || outcome.kind === 'notSent')
    await db.prisma.idempotencyKey.deleteMany({
      where: { partnerId: viewer.partnerId, actor: actorOf(viewer), operation: OPERATION, key },
    });
  await naming('input.currency', async () => acceptedOfWallet(outcome, wallet));
}
