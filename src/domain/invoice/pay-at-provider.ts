import type { Tx } from '../../db/client.ts';
import type { Invoice } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { checkLimits } from '../limit/consume-limits.ts';
import { sealKept } from '../mirror/parties.ts';
import { createProviderPayment, type ProviderPlan } from '../payment/create-provider-payment.ts';
import { newPayment } from '../payment/new-payment.ts';
import { payoutUse } from '../payment/payout.ts';
import { transferUse } from '../payment/transfer.ts';
import { ProviderUnavailableError } from '../provider/errors.ts';
import { withCredential } from '../wallet/issue-credential.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { checkCurrency, checkWalletState } from '../wallet/rules.ts';
import { findWallet, type WalletWithAccounts } from '../wallet/store.ts';
import { changeInvoice } from './change-invoice.ts';
import { invoicesOf } from './issue-at-provider.ts';
import { openParties } from './parties.ts';
import { type InvoicePaid, lockToPay, type PayInvoiceInput } from './pay-invoice.ts';
import { checkOpen } from './rules.ts';
import { findInvoice, replayedInvoice } from './store.ts';

type PayDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>;

/**
 * Pays an invoice at the provider that keeps it: the provider makes the transfer, which is then confirmed like any other.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, InsufficientFundsError, LimitExceededError,
 *   NotSupportedError, ProviderRejectedError, ProviderUnavailableError, IdentificationRequiredError
 */
export async function payProviderInvoice(
  deps: PayDeps,
  viewer: TenantViewer,
  { idempotencyKey, confirm, invoiceId }: PayInvoiceInput,
): Promise<InvoicePaid> {
  const paid = await createProviderPayment(deps, viewer, {
    operation: 'invoicePay',
    idempotencyKey,
    input: { invoiceId, confirm },
    confirm,
    prepare: () => haveKey(deps, viewer, invoiceId),
    async plan(tx, id, now) {
      const { invoice, from } = await lockToPay(tx, viewer, invoiceId);
      checkWalletState(from, ['ACTIVE']);
      checkOpen(invoice, now);
      if (invoice.keptFor !== '') return planOneCall(deps, tx, { id, invoice, from }, now);
      const route = await routeOfWallet(deps, tx, from, { capability: 'TRANSFERS' });
      if (!route.connector.invoices?.pay)
        throw new NotSupportedError(invoice.provider, 'INVOICES', 'The provider pays no invoices.');
      const { message } = invoice;
      const payment = newPayment('TRANSFER', knownOf(invoice, id, now), {
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

const knownOf = ({ partnerId, amountMinor, currency }: Invoice, id: string, createdAt: Date) => ({
  id,
  partnerId,
  amountMinor,
  currency,
  createdAt,
});

/** The key that the provider's calls about invoices need, before anything is stored. */
async function haveKey(deps: PayDeps, viewer: TenantViewer, invoiceId: string): Promise<null> {
  const invoice = await findInvoice(deps.db.prisma, viewer, invoiceId);
  const payer = invoice?.payerWalletId ? await findWallet(deps.db.prisma, viewer, invoice.payerWalletId) : null;
  if (payer?.status !== 'ACTIVE') return null;
  const reached = await invoicesOf(deps, deps.db.prisma, payer);
  await withCredential(deps, reached, reached.invoices.credential);
  return null;
}

/** The payment of a merchant's invoice: nothing is asked of the provider before it is confirmed, and then in one call. */
async function planOneCall(
  deps: PayDeps,
  tx: Tx,
  { id, invoice, from }: { id: string; invoice: Invoice; from: WalletWithAccounts },
  now: Date,
): Promise<ProviderPlan> {
  const route = await routeOfWallet(deps, tx, from, { capability: 'INVOICES' });
  if (!route.connector.invoices?.payments)
    throw new NotSupportedError(invoice.provider, 'INVOICES', 'The provider pays no invoices.');
  checkCurrency(from, invoice.currency, 'input.invoiceId');
  const { merchant } = openParties(deps.vault, invoice);
  const payment = newPayment('PAYOUT', knownOf(invoice, id, now), {
    sourceWalletId: from.id,
    sourceCustomerId: from.customerId,
    fundingSource: 'BALANCE',
    note: invoice.message,
    title: merchant?.name ?? null,
    partiesSealed: sealKept(deps.vault, id, {
      source: { kind: 'WALLET', phone: null },
      destination: merchant ? { kind: 'MERCHANT', ...merchant } : { kind: 'EXTERNAL', description: invoice.provider },
    }),
  });
  await checkLimits(tx, [payoutUse(payment, from.identificationLevel)], now);
  await changeInvoice(tx, invoice.id, { state: 'PROCESSING', paymentId: id }, now);
  const invoiceReference = present(invoice.reference, 'the provider’s id of an invoice');
  const payee = merchant?.reference ? { merchantReference: merchant.reference } : {};
  return { payment, route, order: { member: 'invoices', invoiceReference, ...payee, choice: {} } };
}
