import { perDatabase, shareStatement } from '../../db/adaptive.ts';
import type { Database } from '../../db/client.ts';
import type { Scope } from '../../db/generated/enums.ts';
import { instantOf, maybeAt, textAt, textRows } from '../../db/text-rows.ts';
import type { PartnerViewer } from './viewer.ts';

/** For this long a gateway goes by what it has read of a caller: half of the second in which a revocation elsewhere is to work. */
export const CALLER_KEPT_MS = 500;
const MOST_CALLERS = 10_000;

/** A key that is good, as it was read at most half a second ago. */
export interface KnownKey {
  viewer: PartnerViewer;
  /** Kept up to date by who notes a use. */
  lastUsedAt: Date | null;
}

/** Answers that are kept for a moment; an absence and a failure are not. */
interface Memory<Answer> {
  /** At once when it is known. */
  get(key: string): Answer | Promise<Answer | null>;
  forget(key: string): void;
}

function remember<Answer>(read: (key: string) => Promise<Answer | null>): Memory<Answer> {
  const known = new Map<string, { readAt: number; answer: Answer | Promise<Answer | null> }>();
  return {
    get(key) {
      const now = performance.now();
      const last = known.get(key);
      if (last && now - last.readAt < CALLER_KEPT_MS) return last.answer;
      const reading = read(key);
      const entry: { readAt: number; answer: Answer | Promise<Answer | null> } = { readAt: now, answer: reading };
      const drop = () => known.get(key) === entry && known.delete(key);
      // what is read anew stands last, so that the first is the oldest
      known.delete(key);
      known.set(key, entry);
      const [oldest] = known.size > MOST_CALLERS ? known.keys() : [];
      if (oldest !== undefined) known.delete(oldest);
      reading.then((answer) => {
        if (answer === null) drop();
        else entry.answer = answer;
      }, drop);
      return reading;
    },
    forget: (key) => void known.delete(key),
  };
}

const KEYS = {
  name: 'api_keys_by_hash',
  text: `SELECT k.n, a.id, a.partner_id, array_to_string(a.scopes, ','), a.last_used_at
    FROM unnest((SELECT $1::text[])) WITH ORDINALITY k(hash, n) JOIN api_key a ON a.hash = k.hash AND a.revoked_at IS NULL`,
};

const apiKeys = perDatabase((db) => {
  const statement = shareStatement((hashes: readonly string[]) => readKeys(db, hashes));
  return remember((hash) => statement.load(hash));
});

async function readKeys(db: Database, hashes: readonly string[]): Promise<(KnownKey | null)[]> {
  const found: (KnownKey | null)[] = hashes.map(() => null);
  for (const row of await textRows(db, { ...KEYS, values: [hashes] })) {
    const scopes = new Set(textAt(row, 3).split(',') as Scope[]);
    const viewer = { kind: 'PARTNER' as const, apiKeyId: textAt(row, 1), partnerId: textAt(row, 2), scopes };
    found[Number(textAt(row, 0)) - 1] = { viewer, lastUsedAt: maybeAt(row, 4, instantOf) };
  }
  return found;
}

const CUSTOMERS = {
  name: 'customers_with_sessions',
  text: `SELECT k.n FROM unnest((SELECT $1::text[]), (SELECT $2::text[])) WITH ORDINALITY k(partner_id, id, n)
    JOIN customer c ON c.id = k.id AND c.partner_id = k.partner_id AND c.erased_at IS NULL`,
};

const customers = perDatabase((db) => {
  const statement = shareStatement((names: readonly string[]) => readCustomers(db, names));
  return remember((name) => statement.load(name));
});

async function readCustomers(db: Database, names: readonly string[]): Promise<(true | null)[]> {
  const found: (true | null)[] = names.map(() => null);
  const parts = names.map((name) => name.split(' '));
  const values = [parts.map(([partnerId = '']) => partnerId), parts.map(([, customerId = '']) => customerId)];
  for (const row of await textRows(db, { ...CUSTOMERS, values })) found[Number(textAt(row, 0)) - 1] = true;
  return found;
}

/** The key with this hash, or null: unknown and revoked are the same. At once when it is known. */
export const knownKey = (db: Database, hash: string): KnownKey | Promise<KnownKey | null> => apiKeys(db).get(hash);

/** To be called when a key has changed here: its next use reads it anew. */
export const forgetKey = (db: Database, hash: string): void => apiKeys(db).forget(hash);

/** May this customer still have sessions: is it there, and not erased? */
export const mayHaveSessions = async (db: Database, partnerId: string, customerId: string): Promise<boolean> =>
  (await customers(db).get(`${partnerId} ${customerId}`)) !== null;

/** To be called when a customer was erased here: its sessions end at once. */
export const forgetCustomer = (db: Database, partnerId: string, customerId: string): void =>
  customers(db).forget(`${partnerId} ${customerId}`);
