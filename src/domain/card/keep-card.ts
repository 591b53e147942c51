import type { ProviderCard } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { appendEvents } from '../../events/log.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import { cardUpdated } from './refresh-card.ts';

/**
 * Keeps the card that a person typed while paying and asked to be kept, once the provider says that it can pay again.
 * @returns the kept card's id; null while there is nothing to keep
 */
export async function keepCard(tx: Tx, payment: Payment, said: ProviderCard | null, now: Date): Promise<string | null> {
  const walletId = payment.destinationWalletId ?? payment.sourceWalletId;
  if (!said?.reference || said.state !== 'ACTIVE' || !walletId) return null;
  const providerAccountId = present(payment.providerAccountId, 'the provider account of a card payment');
  const key = { providerAccountId, walletId, reference: said.reference };
  const known = await tx.card.findUnique({ where: { providerAccountId_walletId_reference: key } });
  if (known) return known.id;
  const customerId = payment.destinationWalletId ? payment.destinationCustomerId : payment.sourceCustomerId;
  const rows = await tx.card.createManyAndReturn({
    data: [
      {
        id: newId('Card'),
        partnerId: payment.partnerId,
        customerId,
        ...key,
        provider: payment.provider,
        kind: 'LINKED',
        state: 'ACTIVE',
        providerState: said.providerState,
        maskedPan: said.maskedPan,
        scheme: said.scheme,
        createdAt: now,
        activatedAt: now,
      },
    ],
    // a reading of the wallet's cards may have been first
    skipDuplicates: true,
  });
  const events = rows.map((row) => cardUpdated(row, now));
  await appendEvents(tx, events, now);
  const where = { providerAccountId_walletId_reference: key };
  return (rows[0] ?? (await tx.card.findUniqueOrThrow({ where }))).id;
}
