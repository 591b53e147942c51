import type { Tx } from '../../db/client.ts';
import type { ProviderAccount } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, InvalidInputError, NotFoundError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLiving } from '../customer/living.ts';
import { findCustomer } from '../customer/store.ts';
import { lockName } from '../idempotency/lock-name.ts';
import { isClaimed, once } from '../idempotency/once.ts';
import { beginMirror, type Opening } from '../mirror/opening.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { registerLinkedWallet } from '../webhook/register-webhook.ts';
import { accountFor } from './at-provider.ts';
import { type CredentialDates, checkWalletCredentials, replaceCredentials } from './credentials.ts';
import { walletOpened } from './events.ts';
import { defaultCurrencyOf, follow } from './mirror.ts';
import { checkFree } from './open-provider-wallet.ts';
import { sealPhone } from './phone.ts';
import { proveWallet } from './prove-wallet.ts';
import { findWallet, type WalletWithAccounts } from './store.ts';
import type { WalletCredentials } from './upstream-access.ts';
import type { UpstreamWallet } from './upstream-wallet.ts';

export interface LinkWalletInput {
  idempotencyKey: string;
  customerId?: string | undefined;
  providerAccountId: string;
  number: string;
  credentials?: { name: string; value: string }[] | undefined;
  registerWebhook: boolean;
}

type LinkDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log' | 'config'>;

/** How long the registration at once is left to itself; then the job sees to it. */
const REGISTERED_BY_THEN_MS = 30_000;

/** Until its provider tells of a balance. */
const FIRST_CURRENCY = 'RUB';

/**
 * Links a wallet that is at a provider already: its credentials are proved by reading it with them. Reading changes nothing
 * there, so a lost answer is made good by repeating.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, ConflictError (it is linked already), NotSupportedError,
 *   ProviderRejectedError (the credentials open nothing), ProviderUnavailableError
 */
export async function linkWallet(
  deps: LinkDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: LinkWalletInput,
): Promise<{ wallet: WalletWithAccounts; replayed: boolean }> {
  const { number, providerAccountId, registerWebhook } = input;
  if (!/^[\x21-\x7e]{1,64}$/.test(number))
    throw InvalidInputError.at('input.number', 'must have 1 to 64 visible characters.');
  const credentials = checkWalletCredentials(input.credentials ?? []);
  const { prisma } = deps.db;
  const repeated = await isClaimed(prisma, viewer, 'walletLink', idempotencyKey);
  const route = await accountFor(deps, prisma, viewer.partnerId, { providerAccountId }, 'WALLETS');
  const call = { wallet: { number, credentials } };
  const { connector } = route;
  if (viewer.kind === 'CUSTOMER' && connector.wallets?.provesNoOwner)
    throw InvalidInputError.at(
      'input.number',
      "nothing proves here whose a wallet at this provider is: it is linked by the partner's server, with its own key.",
    );
  // before the provider is asked anything
  if (!repeated) await ownerOf(prisma, viewer, input.customerId);
  const read = repeated ? null : await proveWallet(deps, { connector, call }, 'input.number');
  const hooks = registerWebhook && connector.webhooks?.hooks !== undefined;
  const now = deps.clock.now();
  const linked = await transaction(deps.db, async (tx) => {
    const claim = { operation: 'walletLink', key: idempotencyKey, input, resultId: newId('Wallet') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed) return { wallet: present(await findWallet(tx, viewer, id), 'the wallet'), replayed };
    const customerId = await ownerOf(tx, viewer, input.customerId);
    const { said, opening } = present(read, 'the wallet as its provider has it');
    const owner = { partnerId: viewer.partnerId, customerId };
    const dates = { issuedAt: now, lifetimesMs: connector.credentials?.lifetimesMs };
    const wallet = await keepLinked(
      deps,
      tx,
      { id, owner, account: route.account, said, opening, credentials, dates },
      now,
    );
    if (hooks) {
      const runAt = new Date(now.getTime() + REGISTERED_BY_THEN_MS);
      await addJob(tx, 'register-webhook', { walletId: id }, { key: `register-webhook:${id}`, runAt });
    }
    return { wallet, replayed };
  });
  if (hooks && !linked.replayed) await registerNow(deps, linked.wallet.id);
  return linked;
}

/** The wallet is linked whether or not its provider can be told to call us: the job goes on trying. */
async function registerNow(deps: LinkDeps, walletId: string): Promise<void> {
  try {
    await registerLinkedWallet(deps, walletId);
  } catch (error) {
    if (!(error instanceof ProviderUnavailableError)) throw error;
    deps.log.info({ walletId }, 'a webhook could not be registered yet');
  }
}

/**
 * The customer for whom a wallet is linked: the one that is named, else a session's own.
 * @throws NotFoundError, InvalidInputError
 */
export async function ownerOf(db: Tx, viewer: TenantViewer, named: string | undefined): Promise<string | null> {
  const customerId = named ?? (viewer.kind === 'CUSTOMER' ? viewer.customerId : null);
  if (customerId !== null && !(await findCustomer(db, viewer, customerId))) throw new NotFoundError('The customer');
  await checkLiving(db, customerId);
  return customerId;
}

/** A wallet that a provider has shown us, about to be kept. */
export interface LinkedWallet {
  id: string;
  owner: { partnerId: string; customerId: string | null };
  account: ProviderAccount;
  said: UpstreamWallet;
  /** Where its history is followed from; null where the provider's history does not explain the balance. */
  opening: Opening | null;
  credentials: WalletCredentials;
  dates: CredentialDates;
}

/**
 * Keeps a wallet that its provider has shown: row, credentials, book with the opening balance, event.
 * @throws ConflictError when the partner has it already
 */
export async function keepLinked(
  deps: Pick<Deps, 'vault'>,
  tx: Tx,
  { id, owner, account, said, opening, credentials, dates }: LinkedWallet,
  now: Date,
): Promise<WalletWithAccounts> {
  const { partnerId } = owner;
  const { provider } = account;
  const sealed = said.phone ? sealPhone(deps.vault, id, said.phone) : null;
  if (sealed) await checkFree(tx, partnerId, provider, sealed.phoneHash);
  await lockName(tx, 'number', partnerId, provider, said.number);
  const twins = { partnerId, provider, number: said.number, status: { not: 'CLOSED' as const } };
  if ((await tx.wallet.count({ where: twins })) > 0) throw new ConflictError('This wallet is linked already.');
  const wallet = await tx.wallet.create({
    data: {
      id,
      ...owner,
      ...sealed,
      provider,
      providerAccountId: account.id,
      number: said.number,
      status: said.status,
      identificationLevel: said.level ?? 'NONE',
      defaultCurrency: defaultCurrencyOf({ accounts: [], defaultCurrency: FIRST_CURRENCY }, said),
      createdAt: now,
    },
    include: { accounts: true },
  });
  await replaceCredentials(tx, deps.vault, id, credentials, dates);
  const followed = await follow(tx, wallet, said, new Map(), now);
  if (opening) await beginMirror(tx, id, opening, now);
  const linked = await tx.wallet.findUniqueOrThrow({ where: { id }, include: { accounts: true } });
  const balances = followed.filter(({ type }) => type === 'BALANCE_CHANGED');
  await appendEvents(tx, [walletOpened(linked, now), ...balances], now);
  return linked;
}
