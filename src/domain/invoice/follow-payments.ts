import type { Tx } from '../../db/client.ts';
import type { Invoice, Payment } from '../../db/generated/client.ts';
import { changeInvoice } from './change-invoice.ts';

/**
 * Brings invoices to where the payments that pay them have come, in the same transaction: paid, or to be paid again. What a
 * provider keeps is not payable again until the provider says so; its undo and redo are followed.
 * @param payments as they stand now; their rows are locked
 */
export async function followPayments(tx: Tx, payments: Payment[], now: Date): Promise<void> {
  const ended = new Map(
    payments
      .filter(
        ({ kind, status }) =>
          (kind === 'TRANSFER' || kind === 'PAYOUT') && status !== 'CREATED' && status !== 'PROCESSING',
      )
      .map((payment) => [payment.id, payment]),
  );
  if (ended.size === 0) return;
  const payerWalletIds = [...ended.values()].map(({ sourceWalletId }) => sourceWalletId).filter((id) => id !== null);
  const paid = await tx.invoice.findMany({
    where: { payerWalletId: { in: payerWalletIds }, paymentId: { in: [...ended.keys()] } },
    orderBy: { id: 'asc' },
  });
  for (const invoice of paid) {
    const changes = changesBy(ended.get(invoice.paymentId ?? ''), invoice);
    if (changes) await changeInvoice(tx, invoice.id, changes, now);
  }
}

function changesBy(payment: Payment | undefined, { provider, state }: Invoice): Partial<Invoice> | null {
  switch (payment?.status) {
    case 'COMPLETED':
      return state === 'COMPLETED' ? null : { state: 'COMPLETED' };
    case 'REVERSED':
      // mbank contract 3.4: an invoice whose payment was declined, which an undone one is (3.1), is declined
      return state === 'DECLINED' ? null : { state: 'DECLINED' };
    case 'CANCELLED':
    case 'EXPIRED':
    case 'DECLINED':
      if (state !== 'PROCESSING') return null;
      // refused before it was confirmed: the provider never took the invoice for being paid; paid in one call it was not paid (QIWI
      // contract 3.5)
      if (
        provider === 'LOCAL' ||
        payment.kind === 'PAYOUT' ||
        (payment.status === 'DECLINED' && payment.confirmedAt === null)
      )
        return { state: 'CREATED', paymentId: null };
      return payment.status === 'DECLINED' ? { state: 'DECLINED' } : null;
    default:
      return null;
  }
}
