import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
import { currencyByCode } from '../../money/currency.ts';
import { priceIn } from '../../money/decimal.ts';
import { changeSides } from '../payment/keep-learned.ts';
import { netOf } from './net.ts';
import { effectOf, type Subject } from './subject.ts';

/** Both lines of a conversion are written within this time of each other. */
const NEAR_MS = 15 * 60_000;

/**
 * The converting payment whose second line in the history this is: what was bought arrives under a number of its own, or goes
 * on from here to somebody else; who gets it from a payment of ours sees that line, too, and maybe first.
 * @returns null for a line that stands for itself
 */
export async function conversionOf(
  tx: Tx,
  { wallet, accountIds }: Subject,
  said: ProviderPayment,
): Promise<Payment | null> {
  const arrives = said.direction === 'IN' && said.kind === 'EXCHANGE';
  const goesOn = said.direction === 'OUT' && said.kind === 'TRANSFER' && !said.exchangeRate;
  const comes = said.direction === 'IN' && said.kind === 'TRANSFER';
  if (wallet.house || !(arrives || goesOn || comes)) return null;
  const span = { gte: new Date(said.createdAt.getTime() - NEAR_MS), lte: new Date(said.createdAt.getTime() + NEAR_MS) };
  const candidates = await tx.payment.findMany({
    where: {
      ...(comes ? { destinationWalletId: wallet.id, origin: 'API' } : { sourceWalletId: wallet.id }),
      providerAccountId: { in: accountIds },
      kind: arrives ? 'EXCHANGE' : 'TRANSFER',
      status: { in: ['PROCESSING', 'COMPLETED'] },
      destinationReference: null,
      exchangeRate: { not: null },
      OR: [{ createdAt: span }, { confirmedAt: span }],
    },
    orderBy: { createdAt: 'asc' },
  });
  return candidates.find((payment) => buys(payment, said)) ?? null;
}

/** Is this what the payment buys: the amount that it named, or the one that its price comes to at its rate? */
function buys(payment: Payment, { amount }: ProviderPayment): boolean {
  if (payment.destinationMinor !== null)
    return payment.destinationMinor === amount.minor && payment.destinationCurrency === amount.currency;
  if (payment.exchangeRate === null || !currencyByCode(amount.currency)) return false;
  const { minor: price } = priceIn(payment.currency, amount, payment.exchangeRate);
  // whichever way the provider rounds
  return price - 1n <= payment.amountMinor && payment.amountMinor <= price + 1n;
}

/** Joins the second line of a conversion to its payment: what arrives is booked, what goes on has never been in this wallet's book. */
export async function joinConversion(
  tx: Tx,
  { wallet }: Subject,
  id: string,
  said: ProviderPayment,
  now: Date,
): Promise<{ payment: Payment; booked: boolean }> {
  await tx.$executeRaw`SELECT 1 FROM payment WHERE id = ${id} FOR UPDATE`;
  const payment = await tx.payment.findUniqueOrThrow({ where: { id } });
  const { currency, minor } = said.amount;
  const changes = {
    destinationReference: said.reference,
    destinationMinor: minor,
    destinationCurrency: currency,
  };
  // one of ours books both of its sides when it is done
  const arrives = said.direction === 'IN' && payment.origin === 'PROVIDER' && effectOf(said) !== 0n;
  const fresh = arrives && (await netOf(tx, id, wallet, currency)) === 0n;
  const side = { wallet, direction: 'IN' as const, currency, amount: minor };
  return { payment: await changeSides(tx, payment, changes, fresh ? side : null, now), booked: fresh };
}
