import type { Tx } from '../../db/client.ts';
import type { Invoice, Payment } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { createdTransfer } from '../payment/created-transfer.ts';
import { replayedPayment } from '../payment/store.ts';
import { findPartnerWallet, findWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { changeInvoice } from './change-invoice.ts';
import { payProviderInvoice } from './pay-at-provider.ts';
import { checkOpen } from './rules.ts';
import { findInvoice, lockInvoice, replayedInvoice } from './store.ts';

export interface PayInvoiceInput {
  idempotencyKey: string;
  invoiceId: string;
  /** Confirm at once; a refusal then leaves nothing behind. */
  confirm: boolean;
}

export interface InvoicePaid {
  invoice: Invoice;
  payment: Payment;
  replayed: boolean;
}

/**
 * Pays an invoice by a transfer. While the transfer waits for its confirmation the invoice is PROCESSING: nobody else pays,
 * rejects or cancels it. Confirmed, both complete in one transaction; cancelled or expired, the invoice can be paid again.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, LimitExceededError;
 *   through a provider also NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function payInvoice(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: PayInvoiceInput,
): Promise<InvoicePaid> {
  const { db, vault } = deps;
  const known = await findInvoice(db.prisma, viewer, input.invoiceId);
  if (known && known.provider !== 'LOCAL') return payProviderInvoice(deps, viewer, { idempotencyKey, ...input });
  const now = deps.clock.now();
  return transaction(db, async (tx) => {
    const claim = { operation: 'invoicePay', key: idempotencyKey, input, resultId: newId('Payment') };
    const { resultId: id, replayed } = await once(tx, { vault }, viewer, claim);
    if (replayed) {
      const invoice = await replayedInvoice(tx, viewer, input.invoiceId);
      return { invoice, payment: await replayedPayment(tx, viewer, id), replayed };
    }
    const { invoice, from } = await lockToPay(tx, viewer, input.invoiceId);
    checkOpen(invoice, now);
    const to = await findPartnerWallet(tx, invoice.partnerId, present(invoice.recipientWalletId, 'the issuer'));
    const amount = { minor: invoice.amountMinor, currency: invoice.currency };
    const parties = { id, from, to: present(to, 'the issuer'), amount, note: invoice.message };
    const plan = { ...parties, idempotencyKey, batchId: null };
    const payment = await createdTransfer(tx, plan, { confirm: input.confirm, until: invoice.dueAt }, now);
    const state = payment.status === 'COMPLETED' ? 'COMPLETED' : 'PROCESSING';
    return { invoice: await changeInvoice(tx, invoice.id, { state, paymentId: id }, now), payment, replayed };
  });
}

/**
 * The invoice under its lock, and the viewer's wallet that is to pay it.
 * @throws NotFoundError also for an invoice that the viewer issued and somebody else is to pay
 */
export async function lockToPay(
  tx: Tx,
  viewer: TenantViewer,
  invoiceId: string,
): Promise<{ invoice: Invoice; from: WalletWithAccounts }> {
  const invoice = await lockInvoice(tx, viewer, invoiceId);
  const from = invoice?.payerWalletId ? await findWallet(tx, viewer, invoice.payerWalletId) : null;
  if (!invoice || !from) throw new NotFoundError('The invoice to be paid');
  return { invoice, from };
}
