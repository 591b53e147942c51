import type { Tx } from '../../db/client.ts';
import type { Prisma, Wallet } from '../../db/generated/client.ts';
import type { CredentialState } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError } from '../../errors.ts';
import type { NewEvent } from '../../events/event.ts';
import { appendEvents } from '../../events/log.ts';
import { mirroredWalletAccount } from '../../ledger/account.ts';
import { balanceOf } from '../../ledger/balance.ts';
import { mirrorAdjusted } from '../../ledger/entries.ts';
import { openAccounts } from '../../ledger/open-account.ts';
import { type Counters, postEntries } from '../../ledger/post.ts';
import { assert, present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { Money } from '../../money/money.ts';
import { isExplained, requestReconciliation } from '../mirror/request-reconciliation.ts';
import { followUndone } from '../payment/follow-undone.ts';
import { ProviderRejectedError, ProviderUnavailableError } from '../provider/errors.ts';
import { reachWallet, type WalletAtProvider } from './at-provider.ts';
import { issuedNames, noteCredentials } from './credentials.ts';
import { balanceChanged, walletClosed, walletUpdated } from './events.ts';
import type { WalletWithAccounts } from './store.ts';
import { loadWallet, type UpstreamAccount, type UpstreamWallet } from './upstream-wallet.ts';

type MirrorDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** What our books had of a wallet before its provider was asked: account id to counters. */
type Books = Map<string, Counters>;

/**
 * Reads a wallet from its provider and follows it: state, level, currencies, and balances where no payment is under way.
 * @returns null for a LOCAL wallet, a closed one, and when the provider cannot say (it is logged): the books here stay as they are
 */
export async function refreshWallet(deps: MirrorDeps, wallet: WalletWithAccounts): Promise<UpstreamWallet | null> {
  // one without a number is being registered, and followed from then on
  if (wallet.status === 'CLOSED' || wallet.number === null) return null;
  const reached = await reachWallet(deps, deps.db.prisma, wallet);
  if (!reached) return null;
  const before = await booksOf(deps.db.prisma, wallet.id);
  try {
    const said = await loadWallet(reached);
    // a payment of ours that was undone is booked as such, and not as a movement at the provider alone
    if (!wallet.house && differ(wallet, said.accounts, before)) await followUndone(deps, reached);
    // the book of a house wallet is the partner's own, and follows what LOCAL wallets pay
    if (!wallet.house) await followWallet(deps, wallet, said, before);
    return said;
  } catch (error) {
    if (!(error instanceof ProviderRejectedError || isOfAnother(error) || error instanceof ProviderUnavailableError))
      throw error;
    if (isOfAnother(error) || isCredentialRefusal(error)) await markRejected(deps, reached);
    deps.log.info({ walletId: wallet.id, code: error.code }, 'a wallet could not be read from its provider');
    return null;
  }
}

/** The credentials open, but another wallet: nothing else of a reading can be unfit. */
const isOfAnother = (error: unknown): error is InvalidInputError => error instanceof InvalidInputError;

/** Was it what opens the wallet that its provider refused? */
export const isCredentialRefusal = (error: unknown): boolean =>
  error instanceof ProviderRejectedError && error.provesCredentialsWrong;

/** What our books have of a wallet: to be read before its provider is asked. */
export async function booksOf(tx: Tx, walletId: string): Promise<Books> {
  const rows = await tx.ledgerAccount.findMany({ where: { walletId } });
  return new Map(
    rows.map(({ id, postedDebits, postedCredits, pendingDebits, pendingCredits }) => [
      id,
      { postedDebits, postedCredits, pendingDebits, pendingCredits },
    ]),
  );
}

/** Writes what the provider said of a wallet; nothing is written when we know it already. */
async function followWallet(
  deps: MirrorDeps,
  wallet: WalletWithAccounts,
  said: UpstreamWallet,
  before: Books,
): Promise<void> {
  const now = deps.clock.now();
  const state: CredentialState = said.passwordResetRequired ? 'RESET_REQUIRED' : 'VALID';
  const stale = await deps.db.prisma.walletCredential.count({ where: { walletId: wallet.id, state: { not: state } } });
  const news = said.accounts.some(({ currency }) => !hasAccount(wallet, currency));
  const changed = Object.keys(changesOf(wallet, said)).length > 0;
  if (!changed && !news && stale === 0 && !differ(wallet, said.accounts, before)) return;
  await transaction(deps.db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM wallet WHERE id = ${wallet.id} FOR UPDATE`;
    const locked = await tx.wallet.findUniqueOrThrow({ where: { id: wallet.id }, include: { accounts: true } });
    if (locked.status === 'CLOSED') return;
    await appendEvents(tx, await follow(tx, locked, said, before, now), now);
  });
}

/**
 * Brings a locked wallet to where its provider says that it stands.
 * @param before our books before the provider was asked: if anything was posted since, its figure may be older than they are
 * @returns the events that tell of it
 */
export async function follow(
  tx: Tx,
  wallet: WalletWithAccounts,
  said: UpstreamWallet,
  before: Books,
  now: Date,
): Promise<NewEvent[]> {
  const changes = changesOf(wallet, said);
  const noted = await noteCredentials(tx, wallet.id, said.passwordResetRequired ? 'RESET_REQUIRED' : 'VALID', now);
  let opened = false;
  for (const { currency } of said.accounts) opened = (await openMirror(tx, wallet, currency, now)) || opened;
  const changed = Object.keys(changes).length > 0;
  const closed = said.status === 'CLOSED' && wallet.status !== 'CLOSED';
  const data = { ...changes, ...(closed ? { closedAt: now } : {}) };
  const row = changed ? await tx.wallet.update({ where: { id: wallet.id }, data }) : wallet;
  const adjusted: NewEvent[] = [];
  for (const { amount } of said.accounts) if (amount) adjusted.push(...(await adjust(tx, wallet, amount, before, now)));
  const told = closed ? walletClosed(row, now) : walletUpdated(row, now);
  return [...(changed || noted || opened ? [told] : []), ...adjusted];
}

/** What of the row follows the provider. */
function changesOf(wallet: WalletWithAccounts, said: UpstreamWallet): Prisma.WalletUpdateInput {
  const defaultCurrency = defaultCurrencyOf(wallet, said);
  const activated = wallet.status === 'PENDING_ACTIVATION' && said.status !== 'PENDING_ACTIVATION';
  return {
    ...(said.status === wallet.status ? {} : { status: said.status }),
    ...(activated && wallet.challengeSealed ? { challengeSealed: null } : {}),
    ...(said.level === null || said.level === wallet.identificationLevel ? {} : { identificationLevel: said.level }),
    ...(defaultCurrency === wallet.defaultCurrency ? {} : { defaultCurrency }),
  };
}

/** The currency that the provider uses where none is named; where it does not tell, one that the wallet has. */
export function defaultCurrencyOf(
  wallet: Pick<WalletWithAccounts, 'accounts' | 'defaultCurrency'>,
  { defaultCurrency, accounts }: Pick<UpstreamWallet, 'defaultCurrency' | 'accounts'>,
): string {
  const usual = wallet.defaultCurrency;
  const held = [...wallet.accounts, ...accounts].some(({ currency }) => currency === usual);
  return defaultCurrency ?? (held ? usual : (accounts[0]?.currency ?? usual));
}

/** Has the wallet a book in this currency? */
export const hasAccount = ({ accounts }: Pick<WalletWithAccounts, 'accounts'>, currency: string): boolean =>
  accounts.some((account) => account.currency === currency);

/** The wallet's book in a currency that its provider has, made when it is first seen. */
export async function openMirror(tx: Tx, wallet: WalletWithAccounts, currency: string, now: Date): Promise<boolean> {
  if (hasAccount(wallet, currency)) return false;
  const account = mirroredWalletAccount(wallet.partnerId, wallet.id, currency);
  await openAccounts(tx, [account]);
  const row = { walletId: wallet.id, currency, ledgerAccountId: account.id, openedAt: now };
  await tx.walletAccount.create({ data: row });
  return true;
}

const emptyBook: Counters = { postedDebits: 0n, postedCredits: 0n, pendingDebits: 0n, pendingCredits: 0n };

/** Is any figure of the provider's another than ours? One that it does not tell is none. */
const differ = (wallet: Wallet, accounts: readonly UpstreamAccount[], books: Books): boolean =>
  accounts.some(({ amount }) => amount !== null && distance(wallet, amount, books) !== 0n);

/** By how much the provider's figure is above ours. */
function distance(wallet: Wallet, balance: Money, books: Books): bigint {
  const { id } = mirroredWalletAccount(wallet.partnerId, wallet.id, balance.currency);
  return balance.minor - balanceOf('LIABILITY', books.get(id) ?? emptyBook).posted;
}

/** Posts what the provider's book has and ours has not; not while a payment is under way, nor from a figure that is older than the books. */
async function adjust(tx: Tx, wallet: Wallet, balance: Money, before: Books, now: Date): Promise<NewEvent[]> {
  const amount = distance(wallet, balance, before);
  if (amount === 0n) return [];
  // the history tells what it was; what it does not explain is named, and never made up
  if (await isExplained(tx, wallet.id)) {
    await requestReconciliation(tx, wallet.id, now);
    return [];
  }
  const sides = [{ sourceWalletId: wallet.id }, { destinationWalletId: wallet.id }];
  if ((await tx.payment.count({ where: { status: 'PROCESSING', OR: sides } })) > 0) return [];
  const { id } = mirroredWalletAccount(wallet.partnerId, wallet.id, balance.currency);
  if (!sameCounters((await booksOf(tx, wallet.id)).get(id), before.get(id))) return [];
  return postAdjustment(tx, wallet, { minor: amount, currency: balance.currency }, now);
}

/**
 * Posts a difference between the provider's book and ours.
 * @returns the event of the changed balance
 */
export async function postAdjustment(
  tx: Tx,
  wallet: Wallet,
  { minor: amount, currency }: Money,
  now: Date,
): Promise<NewEvent[]> {
  const { id: walletId, partnerId, customerId } = wallet;
  const entry = mirrorAdjusted({
    partnerId,
    currency,
    walletId,
    amount,
    reference: newId('JournalEntry'),
    occurredAt: now,
  });
  const { verdicts, counters } = await postEntries(tx, [entry]);
  assert(verdicts[0]?.verdict === 'POSTED', `the ledger answered ${verdicts[0]?.verdict} to MIRROR_ADJUSTED`);
  const { id } = mirroredWalletAccount(partnerId, walletId, currency);
  return [
    balanceChanged({ partnerId, walletId, customerId, currency }, present(counters.get(id), 'the book'), null, now),
  ];
}

const sameCounters = (a: Counters = emptyBook, b: Counters = emptyBook): boolean =>
  a.postedDebits === b.postedDebits &&
  a.postedCredits === b.postedCredits &&
  a.pendingDebits === b.pendingDebits &&
  a.pendingCredits === b.pendingCredits;

/** The provider did not take the wallet's credentials: the owner has to give others (walletSetCredentials). */
export async function markRejected(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  { wallet, connector }: Pick<WalletAtProvider, 'wallet' | 'connector'>,
): Promise<void> {
  const now = clock.now();
  await transaction(db, async (tx) => {
    if (await noteCredentials(tx, wallet.id, 'REJECTED', now, issuedNames(connector)))
      await appendEvents(tx, [walletUpdated(wallet, now)], now);
  });
}
