import type { IssuedToken } from '../../connectors/access.ts';
import type { Connector } from '../../connectors/registry.ts';
import type { Tx } from '../../db/client.ts';
import type { ProviderAccount, WalletAuthorization } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, DomainError } from '../../errors.ts';
import { appendEvents } from '../../events/log.ts';
import { sha256 } from '../../lib/crypto.ts';
import { newId } from '../../lib/ids.ts';
import { checkLiving } from '../customer/living.ts';
import { type Opening, readOpening } from '../mirror/opening.ts';
import { acceptedValue } from '../provider/errors.ts';
import { connectorOf } from '../provider/store.ts';
import { capable } from './at-provider.ts';
import { openAddresses } from './authorize-wallet.ts';
import { replaceCredentials } from './credentials.ts';
import { walletUpdated } from './events.ts';
import { keepLinked } from './link-wallet.ts';
import { booksOf, follow } from './mirror.ts';
import { balancesOf, loadWallet, type UpstreamWallet } from './upstream-wallet.ts';

/** What a browser brings back from a consent page. */
export interface ConsentAnswer {
  /** As it stands in the path, in any case. */
  provider: string;
  providerAccountId: string;
  state: string;
  /** Null: the owner said no. */
  code: string | null;
}

type FinishDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/**
 * Ends a consent: spends its state, buys the token, reads the wallet with it and links it; a wallet that this owner has linked
 * already gets the new token.
 * @returns where the browser goes, which is the address that walletAuthorize was given and never one of the request; null when
 *   the state is unknown, spent, too old or of another account
 */
export async function finishAuthorization(deps: FinishDeps, answer: ConsentAnswer): Promise<string | null> {
  const spent = await spendState(deps, answer);
  if (!spent) return null;
  const back = new URL(spent.authorization.returnUrl);
  try {
    if (answer.code === null) back.searchParams.set('error', 'ACCESS_DENIED');
    else back.searchParams.set('walletId', await link(deps, spent, answer.code));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    deps.log.info({ providerAccountId: answer.providerAccountId, code: error.code }, 'a consent linked no wallet');
    back.searchParams.set('error', error.code);
  }
  return back.href;
}

interface Spent {
  authorization: WalletAuthorization;
  account: ProviderAccount;
  connector: Connector;
}

/** The consent that this state belongs to, spent from here on: a code is good once, so nothing is tried twice. */
async function spendState(
  deps: FinishDeps,
  { provider, providerAccountId, state }: ConsentAnswer,
): Promise<Spent | null> {
  const { prisma } = deps.db;
  const where = { id: providerAccountId, provider: provider.toUpperCase(), disabledAt: null };
  const account = await prisma.providerAccount.findFirst({ where });
  if (!account) return null;
  const now = deps.clock.now();
  const stateHash = sha256(state);
  const { count } = await prisma.walletAuthorization.updateMany({
    where: { stateHash, providerAccountId, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  });
  if (count === 0) return null;
  const authorization = await prisma.walletAuthorization.findUniqueOrThrow({ where: { stateHash } });
  return { authorization, account, connector: connectorOf(deps, account) };
}

/** @returns the wallet's id */
async function link(deps: FinishDeps, spent: Spent, code: string): Promise<string> {
  const { authorization, account, connector } = spent;
  const redeem = capable(spent, 'CREDENTIALS', (offered) => offered.credentials?.redeemCode);
  const { redirectUri } = openAddresses(deps.vault, authorization);
  const token = acceptedValue(await redeem({ wallet: null }, { code, redirectUri }), account.provider);
  // the token says by itself whose wallet it opens
  const call = { wallet: { number: '', credentials: { accessToken: token.token } } };
  const load = () => loadWallet({ connector, call, wallet: { status: 'ACTIVE' } });
  const { said, opening } = await readOpening(deps, connector, call, load, balancesOf);
  if (said.number === '') throw new ConflictError('The provider does not tell which wallet it is.');
  const now = deps.clock.now();
  return transaction(deps.db, (tx) => keep(deps, tx, { ...spent, token, said, opening }, now));
}

async function keep(
  deps: FinishDeps,
  tx: Tx,
  {
    authorization,
    account,
    token,
    said,
    opening,
  }: Spent & {
    token: IssuedToken;
    said: UpstreamWallet;
    opening: Opening | null;
  },
  now: Date,
): Promise<string> {
  const { partnerId, customerId } = authorization;
  await checkLiving(tx, customerId);
  const credentials = { accessToken: token.token };
  const dates = { issuedAt: token.issuedAt, expiresAt: token.expiresAt };
  const where = { partnerId, provider: account.provider, number: said.number, status: { not: 'CLOSED' as const } };
  const known = await tx.wallet.findFirst({ where, include: { accounts: true } });
  if (!known) {
    const owner = { partnerId, customerId };
    const linked = { id: newId('Wallet'), owner, account, said, opening, credentials, dates };
    return (await keepLinked(deps, tx, linked, now)).id;
  }
  if (known.customerId !== customerId || known.providerAccountId !== account.id)
    throw new ConflictError('This wallet is linked already.');
  await tx.$executeRaw`SELECT 1 FROM wallet WHERE id = ${known.id} FOR UPDATE`;
  await replaceCredentials(tx, deps.vault, known.id, credentials, dates);
  const followed = await follow(tx, known, said, await booksOf(tx, known.id), now);
  const told = followed.some(({ type }) => type === 'WALLET_UPDATED') ? [] : [walletUpdated(known, now)];
  await appendEvents(tx, [...told, ...followed], now);
  return known.id;
}
