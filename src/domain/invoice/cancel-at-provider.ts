import type { Invoice } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError, NotSupportedError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { acceptedValue, ProviderUnavailableError } from '../provider/errors.ts';
import { withCredential } from '../wallet/issue-credential.ts';
import { findWallet } from '../wallet/store.ts';
import { changeInvoice } from './change-invoice.ts';
import { followNumbered } from './follow-numbered.ts';
import { invoicesOf, knownAtProvider } from './issue-at-provider.ts';
import { followInvoices } from './mirror-invoices.ts';
import { notOpen, stateAt } from './rules.ts';

/**
 * Cancels an invoice where it was issued. An unclear answer is made good by repeating it: what is cancelled already counts.
 * @throws NotFoundError, StateError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function cancelAtProvider(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>,
  viewer: TenantViewer,
  asked: Invoice,
): Promise<Invoice> {
  const { prisma } = deps.db;
  const issuer = asked.recipientWalletId ? await findWallet(prisma, viewer, asked.recipientWalletId) : null;
  if (!issuer) throw new NotFoundError('The invoice');
  if (asked.state === 'CANCELLED') return asked;
  const found = await invoicesOf(deps, prisma, issuer);
  const reached = await withCredential(deps, found, found.invoices.credential);
  const { id, provider, reference } = await knownAtProvider(deps, reached, asked);
  if (reference === null) throw new ProviderUnavailableError(provider, null);
  const { cancel } = reached.invoices;
  if (!cancel) throw new NotSupportedError(provider, 'INVOICES', 'The provider cancels no invoices.');
  const numbered = asked.keptFor !== '';
  if (numbered && stateAt(asked, deps.clock.now()) !== 'CREATED') throw notOpen(stateAt(asked, deps.clock.now()));
  // the provider's word for the end of an invoice may not tell who has ended it
  if (numbered) await prisma.invoice.update({ where: { id }, data: { cancelRequestedAt: deps.clock.now() } });
  const outcome = await cancel(reached.call, reference);
  if (outcome.kind === 'rejected' && outcome.refusal.errorCode === 'INVOICE_STATE') {
    if (numbered) await followNumbered(deps, issuer, reference);
    else await followInvoices(deps, reached, 'OUTGOING');
    throw notOpen((await prisma.invoice.findUniqueOrThrow({ where: { id } })).state);
  }
  acceptedValue(outcome, provider);
  const now = deps.clock.now();
  return transaction(deps.db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM invoice WHERE id = ${id} FOR UPDATE`;
    const invoice = await tx.invoice.findUniqueOrThrow({ where: { id } });
    if (invoice.state === 'CANCELLED') return invoice;
    return changeInvoice(tx, id, { state: 'CANCELLED' }, now);
  });
}
