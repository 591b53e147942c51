import { plainArray, textArray } from '../../db/arrays.ts';
import type { WalletLimit } from '../../db/generated/client.ts';
import type { LimitWindow } from '../../db/generated/enums.ts';
import type { Sql } from '../../db/sql-transaction.ts';
import { present } from '../../lib/assert.ts';
import { type Application, applications, exceeded, type LimitUse } from './consume-limits.ts';
import { periodStart } from './period.ts';

/** A movement that wants to use caps, and which those are. */
export interface CapWish {
  use: LimitUse;
  caps: Application[];
}

/** @param own what is set for the wallet */
export const capWish = (use: LimitUse, own: readonly WalletLimit[]): CapWish => ({
  use,
  caps: applications([use], own),
});

/** What the movements of one transaction have used up of their caps so far. The rows are locked. */
export interface Caps {
  /** @throws LimitExceededError naming the first cap that the movement would pass, as things stand after those that were counted */
  check(wish: CapWish): void;
  /** Counts a movement that takes place. */
  count(wish: CapWish): void;
  /** Gives back what was reserved for movements that did not take place. */
  settle(sql: Sql): Promise<void>;
}

/** One row of limit_usage. */
interface Used {
  walletId: string;
  kind: string;
  window: string;
  currency: string;
  start: string;
  /** What is stored now, with everything reserved. */
  reserved: { spentMinor: bigint; count: number };
  /** What others have used, and the movements that were counted. */
  spentMinor: bigint;
  count: number;
  /** The row did not exist before, so it goes again when nothing is counted. */
  fresh: boolean;
}

const KEYS = '$1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[]';
const RESERVE = {
  name: 'reserve_caps',
  text: `INSERT INTO limit_usage AS u (wallet_id, kind, "window", currency, period_start, spent_minor, count)
    SELECT wallet_id, kind::limit_kind, "window"::limit_window, currency, start::date, spent::bigint, count
    FROM unnest(${KEYS}) WITH ORDINALITY AS n(wallet_id, kind, "window", currency, start, spent, count, at)
    ORDER BY at ON CONFLICT (wallet_id, kind, "window", currency, period_start)
    DO UPDATE SET spent_minor = u.spent_minor + EXCLUDED.spent_minor, count = u.count + EXCLUDED.count
    RETURNING wallet_id, kind::text AS kind, "window"::text AS "window", currency, spent_minor, count, xmax = 0 AS fresh`,
};
const JOINED = `(u.wallet_id, u.kind::text, u."window"::text, u.currency, u.period_start)
  = (n.wallet_id, n.kind, n."window", n.currency, n.start::date)`;
const SETTLE = {
  name: 'settle_caps',
  text: `UPDATE limit_usage u SET spent_minor = n.spent::bigint, count = n.count
    FROM unnest(${KEYS}) AS n(wallet_id, kind, "window", currency, start, spent, count) WHERE ${JOINED}`,
};
const FORGET = {
  name: 'forget_caps',
  text: `DELETE FROM limit_usage u
    USING unnest(${KEYS}) AS n(wallet_id, kind, "window", currency, start, spent, count) WHERE ${JOINED}`,
};
const USAGE = {
  name: 'caps_used',
  text: `SELECT wallet_id, kind::text AS kind, "window"::text AS "window", currency, spent_minor, count, false AS fresh
    FROM limit_usage WHERE wallet_id = ANY ($1)
      AND ("window" = 'DAY' AND period_start = $2::date OR "window" = 'MONTH' AND period_start = $3::date)`,
};

interface UsageRow {
  wallet_id: string;
  kind: string;
  window: string;
  currency: string;
  spent_minor: string;
  count: number;
  fresh: boolean;
}

const values = (rows: Used[]): string[] => [
  textArray(rows.map(({ walletId }) => walletId)),
  textArray(rows.map(({ kind }) => kind)),
  textArray(rows.map(({ window }) => window)),
  textArray(rows.map(({ currency }) => currency)),
  textArray(rows.map(({ start }) => start)),
  plainArray(rows.map(({ spentMinor }) => spentMinor)),
  plainArray(rows.map(({ count }) => count)),
];

const keyOf = (walletId: string, currency: string, kind: string, window: string): string =>
  `${walletId} ${currency} ${kind} ${window} `;
const keyOfCap = ({ use, limit }: Application): string => keyOf(use.walletId, limit.currency, limit.kind, limit.window);

/** Days and months begin once for a transaction. */
function periods(at: Date): (window: LimitWindow) => string {
  const starts = new Map<LimitWindow, string>();
  return (window) => {
    const start = starts.get(window) ?? periodStart(window, at).toISOString().slice(0, 10);
    starts.set(window, start);
    return start;
  };
}

/**
 * Reserves of every cap all that the movements of a group could use, in one statement that locks its rows in the order that
 * everybody keeps; who takes place is decided afterwards, movement by movement.
 * @param wishes every movement that may take place
 * @param at decides the day and the month
 */
export async function reserveCaps(sql: Sql, wishes: CapWish[], at: Date): Promise<Caps> {
  const startOf = periods(at);
  const asked = new Map<string, Used>();
  for (const { use, caps } of wishes) {
    for (const cap of caps) {
      if (cap.limit.window === 'ONE_TIME') continue;
      const { kind, window, currency } = cap.limit;
      const key = keyOfCap(cap);
      const used = asked.get(key) ?? emptyUse(use.walletId, { kind, window, currency, start: startOf(window) });
      // what no cap allows is refused whatever else is used, and the row is locked all the same
      if (use.amountMinor <= cap.limit.maxMinor) {
        used.spentMinor += use.amountMinor;
        used.count += 1;
      }
      asked.set(key, used);
    }
  }
  const sorted = [...asked].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, used]) => used);
  const rows = sorted.length > 0 ? await sql.rows<UsageRow>(RESERVE, values(sorted)) : [];
  for (const row of rows) {
    const used = present(asked.get(keyOf(row.wallet_id, row.currency, row.kind, row.window)), 'a reserved cap');
    used.reserved = { spentMinor: BigInt(row.spent_minor), count: row.count };
    // from here on it says what was used before
    used.spentMinor = used.reserved.spentMinor - used.spentMinor;
    used.count = used.reserved.count - used.count;
    used.fresh = row.fresh;
  }
  return capsOf(asked, at);
}

/** What is used of the caps of some wallets now, without locking or reserving: for the answer at creation. */
export async function readCaps(sql: Sql, wishes: CapWish[], at: Date): Promise<Pick<Caps, 'check'>> {
  const startOf = periods(at);
  const walletIds = [...new Set(wishes.map(({ use }) => use.walletId))];
  const found = new Map<string, Used>();
  const rows = await sql.rows<UsageRow>(USAGE, [walletIds, startOf('DAY'), startOf('MONTH')]);
  for (const { wallet_id, kind, window, currency, spent_minor, count } of rows) {
    const used = emptyUse(wallet_id, { kind, window, currency, start: '' });
    found.set(keyOf(wallet_id, currency, kind, window), { ...used, spentMinor: BigInt(spent_minor), count });
  }
  return capsOf(found, at);
}

const emptyUse = (
  walletId: string,
  { kind, window, currency, start }: Pick<Used, 'kind' | 'window' | 'currency' | 'start'>,
): Used => ({
  walletId,
  kind,
  window,
  currency,
  start,
  reserved: { spentMinor: 0n, count: 0 },
  spentMinor: 0n,
  count: 0,
  fresh: false,
});

function capsOf(rows: Map<string, Used>, at: Date): Caps {
  return {
    check({ caps }) {
      for (const cap of caps) {
        const { limit, sum } = cap;
        const used = limit.window === 'ONE_TIME' ? null : (rows.get(keyOfCap(cap)) ?? { spentMinor: 0n, count: 0 });
        if ((used?.spentMinor ?? 0n) + sum > limit.maxMinor) throw exceeded(limit, used, sum, at);
      }
    },
    count({ use, caps }) {
      for (const cap of caps) {
        if (cap.limit.window === 'ONE_TIME') continue;
        const used = present(rows.get(keyOfCap(cap)), 'a reserved cap');
        used.spentMinor += use.amountMinor;
        used.count += 1;
      }
    },
    async settle(sql) {
      const unused = [...rows.values()].filter(({ fresh, count }) => fresh && count === 0);
      const odd = [...rows.values()].filter(({ count, reserved }) => count !== reserved.count);
      const kept = odd.filter((used) => !unused.includes(used));
      await Promise.all([
        unused.length > 0 && sql.rows(FORGET, values(unused)),
        kept.length > 0 && sql.rows(SETTLE, values(kept)),
      ]);
    },
  };
}
