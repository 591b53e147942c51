import type { WebhookEndpoint } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { newSecret } from './sign.ts';
import { lockEndpoint, sealSecret, visibleEndpoints } from './store.ts';

const OLD_ONE_SIGNS_MS = 24 * 60 * 60_000;
/** The header stays short however often somebody rotates: of the old ones the newest sign on. */
const MOST_SECRETS = 5;

/**
 * A new secret for an endpoint. The one before signs beside it for a day, so that the receiver can change over at leisure.
 * @returns the endpoint, and the new secret, which is shown this once and kept sealed
 * @throws NotFoundError
 */
export function rotateSecret(
  { db, vault, clock }: Pick<Deps, 'db' | 'vault' | 'clock'>,
  viewer: PartnerViewer,
  endpointId: string,
): Promise<{ endpoint: WebhookEndpoint; secret: string }> {
  const secret = newSecret();
  return transaction(db, async (tx) => {
    await lockEndpoint(tx, endpointId);
    const endpoint = await tx.webhookEndpoint.findFirst({
      where: { AND: [{ id: endpointId }, visibleEndpoints(viewer)] },
    });
    if (!endpoint) throw new NotFoundError('The webhook endpoint');
    const now = clock.now();
    const newest = await tx.webhookSecret.findFirstOrThrow({ where: { endpointId }, orderBy: { number: 'desc' } });
    const number = newest.number + 1;
    await tx.webhookSecret.deleteMany({
      where: { endpointId, OR: [{ signsUntil: { lte: now } }, { number: { lte: number - MOST_SECRETS } }] },
    });
    await tx.webhookSecret.updateMany({
      where: { endpointId, signsUntil: null },
      data: { signsUntil: new Date(now.getTime() + OLD_ONE_SIGNS_MS) },
    });
    await tx.webhookSecret.create({ data: { ...sealSecret(vault, endpointId, number, secret), createdAt: now } });
    return { endpoint, secret };
  });
}
