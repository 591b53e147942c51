import type { Invoice } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { NotFoundError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findWallet } from '../wallet/store.ts';
import { insertInvoice } from './change-invoice.ts';
import { duplicateAtProvider } from './issue-at-provider.ts';
import { findInvoice, replayedInvoice } from './store.ts';

export interface DuplicateInvoiceInput {
  idempotencyKey: string;
  invoiceId: string;
}

/**
 * Issues an invoice like an earlier one, whatever became of that: same payer, amount and message; no due date, no number.
 * @throws NotFoundError also for who is asked to pay; InvalidInputError, IdempotencyError, StateError; through a provider also
 *   NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function duplicateInvoice(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: DuplicateInvoiceInput,
): Promise<{ invoice: Invoice; replayed: boolean }> {
  const { db, vault } = deps;
  const known = await findInvoice(db.prisma, viewer, input.invoiceId);
  if (known && known.provider !== 'LOCAL')
    return duplicateAtProvider(deps, viewer, known, { idempotencyKey, ...input });
  const now = deps.clock.now();
  return transaction(db, async (tx) => {
    const claim = { operation: 'invoiceDuplicate', key: idempotencyKey, input, resultId: newId('Invoice') };
    const { resultId: id, replayed } = await once(tx, { vault }, viewer, claim);
    if (replayed) return { invoice: await replayedInvoice(tx, viewer, id), replayed };
    const first = await findInvoice(tx, viewer, input.invoiceId);
    const issuer = first?.recipientWalletId ? await findWallet(tx, viewer, first.recipientWalletId) : null;
    if (!first || !issuer) throw new NotFoundError('The invoice');
    checkWalletState(issuer, ['ACTIVE']);
    const { partnerId, recipientWalletId, recipientCustomerId, payerWalletId, payerCustomerId } = first;
    const { amountMinor, currency, message } = first;
    const sides = { recipientWalletId, recipientCustomerId, payerWalletId, payerCustomerId };
    const row = { id, partnerId, ...sides, amountMinor, currency, message, createdAt: now };
    return { invoice: await insertInvoice(tx, row, now), replayed };
  });
}
