import { textArray } from '../../db/arrays.ts';
import type { Sql } from '../../db/sql-transaction.ts';
import { sqlState } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { IdempotencyError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { actorOf, type Claim, checkKey, fingerprintOf } from './once.ts';

/** A claim in the form in which it is stored. */
export interface KeyClaim {
  partnerId: string;
  actor: string;
  operation: string;
  key: string;
  fingerprint: string;
  resultId: string;
}

/**
 * A claim of this viewer's, for `claimKeys`.
 * @throws InvalidInputError for a key of no length, or of too much
 */
export function keyClaim({ vault }: Pick<Deps, 'vault'>, viewer: TenantViewer, claim: Claim): KeyClaim {
  const { operation, key, input, resultId } = claim;
  checkKey(key);
  const { partnerId } = viewer;
  return { partnerId, actor: actorOf(viewer), operation, key, fingerprint: fingerprintOf(vault, input), resultId };
}

const LOCK_NOT_AVAILABLE = '55P03';
const KEYS = 'unnest($1::text[], $2::text[], $3::text[], $4::text[])';
const CLAIM = {
  name: 'claim_keys',
  text: `INSERT INTO idempotency_key (partner_id, actor, operation, key, fingerprint, result_id)
    SELECT partner_id, actor, operation, key, fingerprint, result_id
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
      WITH ORDINALITY AS n(partner_id, actor, operation, key, fingerprint, result_id, at)
    ORDER BY at ON CONFLICT DO NOTHING RETURNING result_id`,
};
const FIND = {
  name: 'find_keys',
  text: `SELECT k.partner_id AS "partnerId", k.actor, k.operation, k.key, k.fingerprint, k.result_id AS "resultId"
    FROM ${KEYS} AS n(partner_id, actor, operation, key) JOIN idempotency_key k USING (partner_id, actor, operation, key)`,
};
const RELEASE = {
  name: 'release_keys',
  text: `DELETE FROM idempotency_key k USING ${KEYS} AS n(partner_id, actor, operation, key)
    WHERE (k.partner_id, k.actor, k.operation, k.key) = (n.partner_id, n.actor, n.operation, n.key)`,
};

const named = ({ partnerId, actor, operation, key }: KeyClaim): string =>
  JSON.stringify([partnerId, actor, operation, key]);
const columns = (claims: KeyClaim[]): string[] => [
  textArray(claims.map(({ partnerId }) => partnerId)),
  textArray(claims.map(({ actor }) => actor)),
  textArray(claims.map(({ operation }) => operation)),
  textArray(claims.map(({ key }) => key)),
];

/**
 * Claims the keys of many requests in the transaction that does their work, as `once` does for one. Keys are claimed in the same
 * order by everybody, so that groups which share some wait for each other and never deadlock.
 * @param claims no two for one key
 * @returns for each claim, in order: null when it is claimed now; else what it was used for the first time
 * @throws IdempotencyError when the only claim is being used elsewhere for too long, or one is freed while it is looked up; what the
 *   connection says for many
 */
export async function claimKeys(sql: Sql, claims: KeyClaim[]): Promise<(KeyClaim | null)[]> {
  if (claims.length === 0) return [];
  const byName = claims.map((claim) => ({ claim, name: named(claim) })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const sorted = byName.map(({ claim }) => claim);
  const values = [
    ...columns(sorted),
    textArray(sorted.map(({ fingerprint }) => fingerprint)),
    textArray(sorted.map(({ resultId }) => resultId)),
  ];
  const rows = await sql.rows<{ result_id: string }>(CLAIM, values).catch((error: unknown) => {
    const inUse = claims.length === 1 && sqlState(error) === LOCK_NOT_AVAILABLE;
    throw inUse ? new IdempotencyError('IDEMPOTENCY_IN_PROGRESS') : error;
  });
  if (rows.length === claims.length) return claims.map(() => null);
  const now = new Set(rows.map((row) => row.result_id));
  const used = claims.filter(({ resultId }) => !now.has(resultId));
  const first = new Map((await sql.rows<KeyClaim>(FIND, columns(used))).map((row) => [named(row), row]));
  return claims.map((claim) => (now.has(claim.resultId) ? null : usedFor(claim, first)));
}

/** What a key was used for; null would say that it is claimed, and one that was freed in this very moment is not. */
function usedFor(claim: KeyClaim, first: ReadonlyMap<string, KeyClaim>): KeyClaim {
  const found = first.get(named(claim));
  if (!found) throw new IdempotencyError('IDEMPOTENCY_IN_PROGRESS');
  return found;
}

/** Frees keys that this transaction has claimed for work that was refused: they are as if never used. */
export async function releaseKeys(sql: Sql, claims: KeyClaim[]): Promise<void> {
  if (claims.length > 0) await sql.rows(RELEASE, columns(claims));
}
