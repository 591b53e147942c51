import type { Tx } from '../../db/client.ts';
import { sqlState } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { IdempotencyError, InvalidInputError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { canonicalJson } from './canonical-json.ts';

const LOCK_NOT_AVAILABLE = '55P03';
const MAX_KEY_LENGTH = 255;

/** What a mutation with an idempotency key is about. */
export interface Claim {
  /** The mutation's field name; keys of different mutations never meet. */
  operation: string;
  key: string;
  /** The input without the key; anything that canonicalJson can write. */
  input: unknown;
  /** The id that the new object will have. */
  resultId: string;
}

/**
 * Claims an idempotency key in the transaction that does the work, so key and work commit or vanish together.
 * The key belongs to the partner's server or to one customer's session, and to one mutation. A second request with the
 * same key waits for the first (ten seconds at most).
 * @returns `replayed: false` and the new id: do the work. `replayed: true` and the id of the object made the first time
 * @throws IdempotencyError when the key was used with other input, or its first request is still running
 */
export async function once(
  tx: Tx,
  { vault }: Pick<Deps, 'vault'>,
  viewer: TenantViewer,
  { operation, key, input, resultId }: Claim,
): Promise<{ replayed: boolean; resultId: string }> {
  checkKey(key);
  const actor = actorOf(viewer);
  const fingerprint = fingerprintOf(vault, input);
  const claimed = await tx.$executeRaw`
    WITH patience AS MATERIALIZED (
      SELECT current_setting('lock_timeout') AS usual, set_config('lock_timeout', '10s', true)
    ), claimed AS (
      INSERT INTO idempotency_key (partner_id, actor, operation, key, fingerprint, result_id)
      SELECT ${viewer.partnerId}, ${actor}, ${operation}, ${key}, ${fingerprint}, ${resultId} FROM patience
      ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT set_config('lock_timeout', usual, true) FROM patience, claimed`.catch((error: unknown) => {
    if (sqlState(error) === LOCK_NOT_AVAILABLE) throw new IdempotencyError('IDEMPOTENCY_IN_PROGRESS');
    throw error;
  });
  if (claimed === 1) return { replayed: false, resultId };
  const first = await tx.idempotencyKey.findUniqueOrThrow({
    where: { partnerId_actor_operation_key: { partnerId: viewer.partnerId, actor, operation, key } },
  });
  if (first.fingerprint !== fingerprint) throw new IdempotencyError('IDEMPOTENCY_CONFLICT');
  return { replayed: true, resultId: first.resultId };
}

/** @throws InvalidInputError for a key of no length, or of too much */
export function checkKey(key: string): void {
  if (key === '' || key.length > MAX_KEY_LENGTH)
    throw InvalidInputError.at('input.idempotencyKey', `must have 1 to ${MAX_KEY_LENGTH} characters.`);
}

/** By what the same input is known again. */
export const fingerprintOf = (vault: Deps['vault'], input: unknown): string =>
  Buffer.from(vault.fingerprint(canonicalJson(input))).toString('hex');

/** Was the key used before? What must be asked of others ahead of the work is not asked again for a repetition. */
export async function isClaimed(tx: Tx, viewer: TenantViewer, operation: string, key: string): Promise<boolean> {
  const claim = { partnerId: viewer.partnerId, actor: actorOf(viewer), operation, key };
  return (await tx.idempotencyKey.count({ where: claim })) > 0;
}

/** A key belongs to the partner's server, or to one customer's session. */
export const actorOf = (viewer: TenantViewer): string => (viewer.kind === 'PARTNER' ? 'server' : viewer.customerId);
