import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment, Prisma } from '../../db/generated/client.ts';
import type { Subject } from './subject.ts';

/**
 * The payment here that a line of a wallet's history belongs to: by the provider's number, or by ours where its answer with
 * the number has not come yet.
 * @returns null when the movement was not made here and has not been seen before
 */
export async function findPayment(tx: Tx, subject: Subject, said: ProviderPayment): Promise<Payment | null> {
  const { wallet, accountIds } = subject;
  const { reference } = said;
  const carried = { partnerId: wallet.partnerId, providerAccountId: { in: accountIds } };
  const numbered = await tx.payment.findMany({
    where: { ...carried, OR: [{ reference }, { destinationReference: reference }] },
    orderBy: { id: 'asc' },
  });
  const own = numbered.find(({ sourceWalletId: from, destinationWalletId: to }) => [from, to].includes(wallet.id));
  const [known = null] = own ? [own] : numbered;
  if (known) return known;
  const attempts = await tx.paymentAttempt.findMany({ where: triedAs(subject, said), include: { payment: true } });
  // an id of ours is unique for the wallet that pays; another wallet may have been given the same one by somebody else
  // and one whose number is known is not told of under another: that line repeats its id, and was refused for it
  const fits = attempts.find(
    (attempt) =>
      // a payment that went another way is told of there
      attempt.payment.providerAccountId === attempt.providerAccountId &&
      (attempt.reference === reference || (attempt.reference === null && pays(subject, attempt.payment, said))),
  );
  return fits?.payment ?? null;
}

/** Is this line the refusal of a payment of ours, which then went another way? */
export const isGivenUp = async (tx: Tx, subject: Subject, said: ProviderPayment): Promise<boolean> =>
  said.status === 'DECLINED' &&
  (await tx.paymentAttempt.count({ where: { ...triedAs(subject, said), outcome: 'REJECTED' } })) > 0;

/** Tries at the provider of this history that have the line's number, or had its id of ours. */
const triedAs = (
  { accountIds }: Subject,
  { reference, clientId }: ProviderPayment,
): Prisma.PaymentAttemptWhereInput => ({
  providerAccountId: { in: accountIds },
  OR: [{ reference }, ...(clientId ? [{ clientId }] : [])],
});

/** Is this wallet the one that the payment leaves: its own, or the house wallet for a LOCAL one? */
function pays({ wallet, account }: Subject, payment: Payment, { direction }: ProviderPayment): boolean {
  if (direction === 'IN') return false;
  return wallet.house ? payment.providerAccountId === account.id : payment.sourceWalletId === wallet.id;
}
