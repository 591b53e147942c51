import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { changeSides } from '../payment/keep-learned.ts';
import { conversionOf } from './conversion.ts';
import { type Learned, rememberPast } from './learn-payment.ts';
import { chargeOf, type Subject } from './subject.ts';

/**
 * Shows a movement from before the mirror: as the second line of a conversion, as the other side of a payment that is known, or
 * as a payment of its own. Nothing is booked, for the opening balance has it in it.
 * @param known what is known of it from its other side, in which this wallet does not stand yet
 */
export async function showPast(
  deps: Pick<Deps, 'vault' | 'connectors'>,
  tx: Tx,
  subject: Subject,
  known: Payment | null,
  learned: Learned,
  now: Date,
): Promise<void> {
  const { said } = learned;
  const conversion = await conversionOf(tx, subject, said);
  if (conversion?.origin === 'PROVIDER') {
    const { minor: destinationMinor, currency: destinationCurrency } = said.amount;
    const changes = { destinationReference: said.reference, destinationMinor, destinationCurrency };
    await changeSides(tx, await lock(tx, conversion), changes, null, now);
  } else if (known) await standIn(tx, subject, await lock(tx, known), learned, now);
  else await rememberPast(deps, tx, subject, learned, now);
}

/** Makes the wallet the side of a payment that nobody stands in yet. */
async function standIn(
  tx: Tx,
  { wallet: { id, customerId } }: Subject,
  payment: Payment,
  { said }: Learned,
  now: Date,
): Promise<void> {
  if (payment.status !== 'COMPLETED' || said.status !== 'COMPLETED') return;
  const out = said.direction === 'OUT';
  if ((out ? payment.sourceWalletId : payment.destinationWalletId) !== null) return;
  const changes = out
    ? {
        sourceWalletId: id,
        sourceCustomerId: customerId,
        feeMinor: chargeOf(said) - said.amount.minor,
        fundingSource: said.fundingSource ?? ('BALANCE' as const),
      }
    : { destinationWalletId: id, destinationCustomerId: customerId };
  await changeSides(tx, payment, changes, null, now);
}

async function lock(tx: Tx, { id }: Payment): Promise<Payment> {
  await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${id} FOR UPDATE`;
  return tx.payment.findUniqueOrThrow({ where: { id } });
}
