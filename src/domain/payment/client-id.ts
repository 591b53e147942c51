import { randomUUID } from 'node:crypto';
import type { PaymentCapability } from '../../connectors/payments.ts';
import type { Tx } from '../../db/client.ts';
import { present } from '../../lib/assert.ts';

/**
 * A new id on which a provider is to dedupe.
 * INCREASING_DIGITS: milliseconds since 1970, or one more than the last id where that is later. The row of the last id stays locked until
 * the transaction ends, so ids are stored, and then sent, in their order, whichever node gives them out.
 * @param scope within which ids must grow and are never given out twice
 */
export async function newClientId(
  tx: Tx,
  style: PaymentCapability<never>['clientIds'],
  scope: string,
  now: Date,
): Promise<string> {
  // lower-case UUID v4: the form on which every provider that dedupes can dedupe (mbank contract 3.2, trap T-62)
  if (style !== 'INCREASING_DIGITS') return randomUUID();
  const rows = await tx.$queryRaw<{ last: bigint }[]>`
    INSERT INTO client_id (scope, last) VALUES (${scope}, ${BigInt(now.getTime())})
    ON CONFLICT (scope) DO UPDATE SET last = GREATEST(client_id.last + 1, EXCLUDED.last)
    RETURNING last`;
  return present(rows[0], 'an id').last.toString();
}
