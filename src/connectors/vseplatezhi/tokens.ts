import type { HeldCredential } from '../access.ts';
import type { Call, ConnectorDeps } from '../connector.ts';
import { ProviderUnavailable } from '../outcome.ts';
import type { VsePlatezhiConfig } from './config.ts';
import { createGrants, type Pair } from './grants.ts';

/** The pair of tokens of one provider account: bought or renewed once for all who need one at the same time. */
export interface Tokens {
  /**
   * An access token that is good for a while yet.
   * @throws ProviderRejected when the credentials are refused; ProviderUnavailable: whatever it was wanted for has not been sent
   */
  current(call: Call): Promise<string>;
  /** The provider has refused a call with this token: the next one gets another. A newer token stays. */
  refused(token: string): void;
  held(): HeldCredential[];
}

interface Held extends Pair {
  lastUsedAt: Date;
  stale: boolean;
}

/** Renewal begins this long before the end (contract 2.3), or at half time where a token lives for less than twice that. */
const EARLY_MS = 30_000;

/** Tokens of one provider account, kept in this process. */
export function createTokens(config: VsePlatezhiConfig, deps: ConnectorDeps): Tokens {
  const { clock } = deps;
  const grants = createGrants(config, deps);
  let pair: Held | null = null;
  let renewal: Promise<Held> | null = null;

  const endsSoon = ({ issuedAt, expiresAt, stale }: Held): boolean => {
    const life = expiresAt.getTime() - issuedAt.getTime();
    return stale || clock.now().getTime() > expiresAt.getTime() - Math.min(EARLY_MS, life / 2);
  };
  const replace = async (call: Call): Promise<Held> => {
    try {
      const got = pair?.refresh ? await grants.renew(call, pair.refresh) : await grants.buy(call);
      pair = { ...got, lastUsedAt: got.issuedAt, stale: false };
      return pair;
    } finally {
      renewal = null;
    }
  };
  const used = (one: Held): string => {
    one.lastUsedAt = clock.now();
    return one.access;
  };

  return {
    async current(call) {
      if (pair && !endsSoon(pair)) return used(pair);
      renewal ??= replace(call);
      return used(await beforehand(renewal));
    },
    refused(token) {
      if (pair?.access === token) pair.stale = true;
    },
    held() {
      if (!pair) return [];
      const { issuedAt, expiresAt, lastUsedAt } = pair;
      return [{ name: 'accessToken', walletNumber: null, issuedAt, expiresAt, lastUsedAt }];
    },
  };
}

/** While a token is being bought the call that needs it has not been sent, whatever became of the purchase. */
async function beforehand<T>(purchase: Promise<T>): Promise<T> {
  try {
    return await purchase;
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    const { provider, operation, why, retryAt } = error;
    throw new ProviderUnavailable(error.message, {
      provider,
      operation,
      why,
      retryAt,
      mayHaveActed: false,
      cause: error,
    });
  }
}
