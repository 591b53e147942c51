import type { ProviderRate } from '../../connectors/exchange.ts';
import type { ProviderAccount } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { readUpstream } from './errors.ts';
import { connectorOf, partnerAccounts } from './store.ts';

/** Rates are good for this long; a conversion itself is always priced anew. */
const FRESH_MS = 60_000;

/** A provider's rate, and when it was told. */
export interface KnownRate extends ProviderRate {
  provider: string;
  asOf: Date;
}

type RateDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock'>;

interface Told {
  asOf: Date;
  rates: Promise<ProviderRate[]>;
}

/** What was told lately, by provider account, for as long as the connectors live. */
const lately = new WeakMap<Deps['connectors'], Map<string, Told>>();

/**
 * Rates of the partner's providers, each provider's by its default account.
 * @param wanted only these currencies, only this provider
 * @throws ProviderUnavailableError, ProviderRejectedError
 */
export async function exchangeRates(
  deps: RateDeps,
  { partnerId }: TenantViewer,
  wanted: { from?: string | undefined; to?: string | undefined; provider?: string | undefined },
): Promise<KnownRate[]> {
  const accounts = await partnerAccounts(deps.db.prisma, partnerId, wanted.provider);
  const first = accounts.filter(
    (account, index) => accounts.findIndex(({ provider }) => provider === account.provider) === index,
  );
  const told = await Promise.all(first.map((account) => ratesOf(deps, account)));
  return told
    .flat()
    .filter(
      ({ from, to }) =>
        (wanted.from === undefined || from === wanted.from) && (wanted.to === undefined || to === wanted.to),
    );
}

async function ratesOf(deps: RateDeps, account: ProviderAccount): Promise<KnownRate[]> {
  const { exchange } = connectorOf(deps, account);
  if (!exchange) return [];
  const known = lately.get(deps.connectors) ?? new Map<string, Told>();
  lately.set(deps.connectors, known);
  const now = deps.clock.now();
  const before = known.get(account.id);
  const fresh = before && now.getTime() - before.asOf.getTime() < FRESH_MS;
  const told = fresh ? before : { asOf: now, rates: readUpstream(() => exchange.rates({ wallet: null })) };
  known.set(account.id, told);
  try {
    return (await told.rates).map((rate) => ({ ...rate, provider: account.provider, asOf: told.asOf }));
  } catch (error) {
    // what could not be told is asked again by whoever comes next
    if (known.get(account.id) === told) known.delete(account.id);
    throw error;
  }
}
