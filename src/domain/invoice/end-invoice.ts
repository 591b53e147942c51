import type { Invoice } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { findWallet } from '../wallet/store.ts';
import { cancelAtProvider } from './cancel-at-provider.ts';
import { changeInvoice } from './change-invoice.ts';
import { rejectAtProvider } from './reject-at-provider.ts';
import { checkOpen } from './rules.ts';
import { findInvoice, lockInvoice } from './store.ts';

type EndDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>;

/**
 * The payer will not pay. Rejecting it again answers it as it is.
 * @throws NotFoundError also for who issued it; StateError unless it is CREATED; through a provider also NotSupportedError,
 *   ProviderRejectedError, ProviderUnavailableError
 */
export async function rejectInvoice(deps: EndDeps, viewer: TenantViewer, invoiceId: string): Promise<Invoice> {
  const invoice = await findInvoice(deps.db.prisma, viewer, invoiceId);
  return invoice && invoice.provider !== 'LOCAL'
    ? rejectAtProvider(deps, viewer, invoice)
    : end(deps, viewer, invoiceId, 'payerWalletId', 'REJECTED');
}

/**
 * The issuer takes the invoice back. Cancelling it again answers it as it is.
 * @throws NotFoundError also for who is asked to pay; StateError unless it is CREATED; through a provider also
 *   NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function cancelInvoice(deps: EndDeps, viewer: TenantViewer, invoiceId: string): Promise<Invoice> {
  const invoice = await findInvoice(deps.db.prisma, viewer, invoiceId);
  return invoice && invoice.provider !== 'LOCAL'
    ? cancelAtProvider(deps, viewer, invoice)
    : end(deps, viewer, invoiceId, 'recipientWalletId', 'CANCELLED');
}

function end(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  viewer: TenantViewer,
  invoiceId: string,
  side: 'payerWalletId' | 'recipientWalletId',
  state: 'REJECTED' | 'CANCELLED',
): Promise<Invoice> {
  const now = clock.now();
  return transaction(db, async (tx) => {
    const invoice = await lockInvoice(tx, viewer, invoiceId);
    const walletId = invoice?.[side];
    if (!invoice || !walletId || !(await findWallet(tx, viewer, walletId))) throw new NotFoundError('The invoice');
    if (invoice.state === state) return invoice;
    checkOpen(invoice, now);
    return changeInvoice(tx, invoice.id, { state }, now);
  });
}
