import type { Invoice } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, NotSupportedError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { acceptedValue, ProviderUnavailableError } from '../provider/errors.ts';
import { withCredential } from '../wallet/issue-credential.ts';
import { findWallet } from '../wallet/store.ts';
import { changeInvoice } from './change-invoice.ts';
import { invoicesOf } from './issue-at-provider.ts';
import { checkOpen, notOpen } from './rules.ts';

/**
 * Tells the provider that an invoice will not be paid. An unclear answer is made good by repeating it.
 * @throws NotFoundError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function rejectAtProvider(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>,
  viewer: TenantViewer,
  asked: Invoice,
): Promise<Invoice> {
  const { prisma } = deps.db;
  const payer = asked.payerWalletId ? await findWallet(prisma, viewer, asked.payerWalletId) : null;
  if (!payer) throw new NotFoundError('The invoice');
  const { id, provider, reference } = asked;
  const found = await invoicesOf(deps, prisma, payer);
  const { reject } = found.invoices;
  if (!reject) throw new NotSupportedError(provider, 'INVOICES', 'The provider knows no rejecting: leave it unpaid.');
  if (asked.state === 'REJECTED') return asked;
  checkOpen(asked, deps.clock.now());
  if (reference === null) throw new ProviderUnavailableError(provider, null);
  const { call } = await withCredential(deps, found, found.invoices.credential);
  acceptedValue(await reject(call, reference), provider);
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM invoice WHERE id = ${id} FOR UPDATE`;
    const invoice = await tx.invoice.findUniqueOrThrow({ where: { id } });
    if (invoice.state === 'REJECTED') return invoice;
    // a payment may have been created meanwhile: its own call will tell
    if (invoice.state !== 'CREATED') throw notOpen(invoice.state);
    return changeInvoice(tx, id, { state: 'REJECTED' }, now);
  });
}
