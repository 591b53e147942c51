import type { ProviderPayment } from '../../connectors/values.ts';
import type { Tx } from '../../db/client.ts';
import type { Payment } from '../../db/generated/client.ts';
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
  const attempts = await tx.paymentAttempt.findMany({
    where: {
      providerAccountId: { in: accountIds },
      OR: [{ reference }, ...(said.clientId ? [{ clientId: said.clientId }] : [])],
    },
    include: { payment: true },
  });
  // an id of ours is unique for the wallet that pays; another wallet may have been given the same one by somebody else
  // and one whose number is known is not told of under another: that line repeats its id, and was refused for it
  const fits = attempts.find(
    (attempt) =>
      attempt.reference === reference || (attempt.reference === null && pays(subject, attempt.payment, said)),
  );
  return fits?.payment ?? null;
}

/** Is this wallet the one that the payment leaves: its own, or the house wallet for a LOCAL one? */
function pays({ wallet, account }: Subject, payment: Payment, { direction }: ProviderPayment): boolean {
  if (direction === 'IN') return false;
  return wallet.house ? payment.providerAccountId === account.id : payment.sourceWalletId === wallet.id;
}
