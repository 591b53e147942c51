import type { FundingSourceKind } from '../../db/generated/enums.ts';
import type { Deps } from '../../deps.ts';
import { DomainError, InvalidInputError } from '../../errors.ts';
import type { Money } from '../../money/money.ts';
import { readUpstream } from '../provider/errors.ts';
import { reachWallet } from '../wallet/at-provider.ts';
import type { WalletWithAccounts } from '../wallet/store.ts';

/** Providers add up a quarter of a year at a time; more than a year would be many calls for one figure. */
const LONGEST_DAYS = 366;
const DAY_MS = 86_400_000;

/** What a provider adds up by itself. */
export interface UpstreamTotalsQuery {
  from: Date;
  to: Date;
  direction?: 'IN' | 'OUT' | undefined;
  fundingSources?: readonly FundingSourceKind[] | undefined;
}

/** A provider's own sums, per currency. */
export interface UpstreamTotals {
  incoming: Money[];
  outgoing: Money[];
  asOf: Date;
}

/**
 * A provider's own sums of a wallet's payments.
 * @returns null for a LOCAL wallet, where the provider tells no sums, and when it cannot say now (it is logged)
 * @throws InvalidInputError for a span of more than 366 days
 */
export async function upstreamTotals(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  wallet: WalletWithAccounts,
  { from, to, direction, fundingSources }: UpstreamTotalsQuery,
): Promise<UpstreamTotals | null> {
  const reached = wallet.status === 'CLOSED' ? null : await reachWallet(deps, deps.db.prisma, wallet);
  const totals = reached?.connector.history?.totals;
  if (!reached || !totals) return null;
  if (to.getTime() - from.getTime() > LONGEST_DAYS * DAY_MS)
    throw InvalidInputError.at(
      'to',
      `must be at most ${LONGEST_DAYS} days after \`from\` where \`upstream\` is asked for.`,
    );
  const sources = fundingSources?.map((kind) => ({ kind }));
  const query = { from, to, ...(direction ? { direction } : {}), ...(sources ? { sources } : {}) };
  try {
    const sums = await readUpstream(() => totals(reached.call, query));
    return { ...sums, asOf: deps.clock.now() };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    deps.log.info({ walletId: wallet.id, code: error.code }, 'a provider did not tell the sums of a wallet');
    return null;
  }
}
