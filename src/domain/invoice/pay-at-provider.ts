import type { Deps } from '../../deps.ts';
import { NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { createProviderPayment } from '../payment/create-provider-payment.ts';
import { newPayment } from '../payment/new-payment.ts';
import { transferUse } from '../payment/transfer.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { changeInvoice } from './change-invoice.ts';
import { openParties } from './parties.ts';
import { type InvoicePaid, lockToPay, type PayInvoiceInput } from './pay-invoice.ts';
import { checkOpen } from './rules.ts';
import { replayedInvoice } from './store.ts';

/**
 * Pays an invoice at the provider that keeps it: the provider makes the transfer, which is then confirmed like any other.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, LimitExceededError,
 *   NotSupportedError, ProviderRejectedError, ProviderUnavailableError, IdentificationRequiredError
 */
export async function payProviderInvoice(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>,
  viewer: TenantViewer,
  { idempotencyKey, confirm, invoiceId }: PayInvoiceInput,
): Promise<InvoicePaid> {
  const paid = await createProviderPayment(deps, viewer, {
    operation: 'invoicePay',
    idempotencyKey,
    input: { invoiceId, confirm },
    confirm,
    async plan(tx, id, now) {
      const { invoice, from } = await lockToPay(tx, viewer, invoiceId);
      checkWalletState(from, ['ACTIVE']);
      checkOpen(invoice, now);
      const route = await routeOfWallet(deps, tx, from, { capability: 'TRANSFERS' });
      if (!route.connector.invoices?.pay)
        throw new NotSupportedError(invoice.provider, 'INVOICES', 'The provider pays no invoices.');
      const { partnerId, amountMinor, currency, message } = invoice;
      const known = { id, partnerId, amountMinor, currency, createdAt: now };
      const payment = newPayment('TRANSFER', known, {
        sourceWalletId: from.id,
        sourceCustomerId: from.customerId,
        destinationWalletId: invoice.recipientWalletId,
        destinationCustomerId: invoice.recipientCustomerId,
        fundingSource: 'BALANCE',
        note: message,
      });
      await checkLimits(tx, [transferUse(payment, from)], now);
      await changeInvoice(tx, invoice.id, { state: 'PROCESSING', paymentId: id }, now);
      const recipientPhone = present(openParties(deps.vault, invoice).recipientPhone, 'the phone of an issuer');
      const { reference: invoiceReference } = invoice;
      // issued, and not listed yet: the next reading of the wallet's invoices finds it
      if (invoiceReference === null) throw new ProviderUnavailableError(invoice.provider, null);
      const note = message === null ? {} : { note: message };
      const order = { member: 'transfers' as const, recipientPhone, ...note, invoiceReference, choice: {} };
      return { payment, route, order };
    },
  });
  return { ...paid, invoice: await replayedInvoice(deps.db.prisma, viewer, invoiceId) };
}
