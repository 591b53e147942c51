import type { Clock } from '../../lib/clock.ts';
import type { HeldCredential, IssuedToken } from '../access.ts';

/** Bearer tokens in memory: bought once for all who ask at the same time, replaced before they end (trap T-54). */
export interface TokenStore {
  /** The token under this key, bought when there is none or it is about to end. A failed purchase is not remembered. */
  get(key: string, walletNumber: string | null, buy: () => Promise<IssuedToken>): Promise<string>;
  /** Forgets the token that a call was refused with; a newer one stays. */
  drop(key: string, token: string): void;
  held(): HeldCredential[];
}

interface Entry {
  walletNumber: string | null;
  bought: Promise<IssuedToken>;
  token: IssuedToken | null;
  lastUsedAt: Date;
}

const EARLY_MS = 30_000;
const EARLY_SHARE = 10;

/** Tokens of one provider account, kept in this process. */
export function createTokenStore(clock: Clock): TokenStore {
  const entries = new Map<string, Entry>();
  const endsSoon = ({ issuedAt, expiresAt }: IssuedToken): boolean => {
    const life = expiresAt.getTime() - issuedAt.getTime();
    const early = Math.min(EARLY_MS, life / EARLY_SHARE);
    return clock.now().getTime() >= expiresAt.getTime() - early;
  };
  const purchase = (key: string, walletNumber: string | null, buy: () => Promise<IssuedToken>): Entry => {
    const entry: Entry = { walletNumber, bought: buy(), token: null, lastUsedAt: clock.now() };
    entries.set(key, entry);
    entry.bought.then(
      (token) => {
        entry.token = token;
      },
      () => {
        // whoever waits for the purchase gets the reason; the next caller tries again
        if (entries.get(key) === entry) entries.delete(key);
      },
    );
    return entry;
  };
  return {
    async get(key, walletNumber, buy) {
      const known = entries.get(key);
      const entry = known && !(known.token && endsSoon(known.token)) ? known : purchase(key, walletNumber, buy);
      const { token } = await entry.bought;
      entry.lastUsedAt = clock.now();
      return token;
    },
    drop(key, token) {
      if (entries.get(key)?.token?.token === token) entries.delete(key);
    },
    held: () =>
      [...entries].flatMap(([key, { token, walletNumber, lastUsedAt }]) =>
        token
          ? [
              {
                name: key.split(':')[0] ?? key,
                walletNumber,
                issuedAt: token.issuedAt,
                expiresAt: token.expiresAt,
                lastUsedAt,
              },
            ]
          : [],
      ),
  };
}
