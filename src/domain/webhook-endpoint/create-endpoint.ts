import type { WebhookEndpoint } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError } from '../../errors.ts';
import type { EventType } from '../../events/event.ts';
import { lastPosition, sequenceEvents } from '../../events/log.ts';
import { newId } from '../../lib/ids.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { newSecret } from './sign.ts';
import { sealSecret } from './store.ts';

/** Endpoints that a partner may have at a time. */
const MOST_ENDPOINTS = 20;

export interface CreateEndpointInput {
  url: string;
  /** All when left out. */
  eventTypes?: readonly EventType[];
}

/**
 * A new endpoint of the partner: it is told what happens from now on.
 * @returns the endpoint, and its secret, which is shown this once and kept sealed
 * @throws InvalidInputError for an address that may not be called, an empty list of types, or one endpoint too many
 */
export async function createEndpoint(
  deps: Pick<Deps, 'db' | 'vault' | 'clock' | 'webhooks'>,
  { partnerId }: PartnerViewer,
  { url, eventTypes }: CreateEndpointInput,
): Promise<{ endpoint: WebhookEndpoint; secret: string }> {
  const { db, vault, clock, webhooks } = deps;
  if (eventTypes?.length === 0)
    throw InvalidInputError.at('input.eventTypes', 'must name at least one type. Leave it out for all.');
  const refusal = await webhooks.refusal(url);
  if (refusal) throw InvalidInputError.at('input.url', refusal);
  const secret = newSecret();
  const createdAt = clock.now();
  // what has happened until now gets its position before that
  await sequenceEvents(db);
  const fromPosition = await lastPosition(db);
  const endpoint = await transaction(db, async (tx) => {
    // two requests at once are counted one after the other
    await tx.$executeRaw`SELECT 1 FROM partner WHERE id = ${partnerId} FOR NO KEY UPDATE`;
    if ((await tx.webhookEndpoint.count({ where: { partnerId, deletedAt: null } })) >= MOST_ENDPOINTS)
      throw InvalidInputError.at('input', `a partner has ${MOST_ENDPOINTS} endpoints at most. Delete one first.`);
    const id = newId('WebhookEndpoint');
    const types = [...new Set(eventTypes ?? [])];
    const row = await tx.webhookEndpoint.create({
      data: { id, partnerId, url, eventTypes: types, fromPosition, createdAt },
    });
    await tx.webhookSecret.create({ data: { ...sealSecret(vault, id, 1, secret), createdAt } });
    return row;
  });
  return { endpoint, secret };
}
