import type { Invoice } from '../../db/generated/client.ts';
import type { FundingSourceKind } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, type MinorAmount, NotFoundError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { once } from '../idempotency/once.ts';
import { checkAmount, checkNote } from '../payment/new-payment.ts';
import { isMirrored } from '../wallet/at-provider.ts';
import { checkCurrency, checkWalletState } from '../wallet/rules.ts';
import { findWallet } from '../wallet/store.ts';
import { insertInvoice } from './change-invoice.ts';
import { createProviderInvoice } from './issue-at-provider.ts';
import { type PayerInput, payerOf } from './parties.ts';
import { replayedInvoice } from './store.ts';

export interface CreateInvoiceInput {
  idempotencyKey: string;
  recipientWalletId: string;
  payer?: PayerInput | undefined;
  amount: MinorAmount;
  message?: string | undefined;
  /** The issuer's own number. */
  number?: string | undefined;
  dueAt?: Date | undefined;
  /** By what it may be paid; anything when left out. */
  payMethods?: readonly FundingSourceKind[] | undefined;
  /** Where the payer's browser ends. */
  returnUrl?: string | undefined;
  attributes?: readonly { name: string; value: string }[] | undefined;
}

/**
 * Asks another wallet to pay. No money moves, and none is held: the payer pays (invoicePay) or rejects. A wallet that a
 * provider keeps issues its invoices there.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError; through a provider also NotSupportedError,
 *   ProviderRejectedError, ProviderUnavailableError
 */
export async function createInvoice(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config' | 'log'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: CreateInvoiceInput,
): Promise<{ invoice: Invoice; replayed: boolean }> {
  const { db, vault } = deps;
  const now = deps.clock.now();
  const { amount, dueAt } = input;
  checkAmount(amount, 'input.amount');
  const message = checkNote(input.message, 'input.message');
  const number = checkNote(input.number, 'input.number');
  const issuer = await findWallet(db.prisma, viewer, input.recipientWalletId);
  if (issuer && isMirrored(issuer)) return createProviderInvoice(deps, viewer, { idempotencyKey, ...input });
  return transaction(db, async (tx) => {
    const claim = { operation: 'invoiceCreate', key: idempotencyKey, input, resultId: newId('Invoice') };
    const { resultId: id, replayed } = await once(tx, { vault }, viewer, claim);
    if (replayed) return { invoice: await replayedInvoice(tx, viewer, id), replayed };
    if (dueAt !== undefined && dueAt <= now) throw InvalidInputError.at('input.dueAt', 'must be in the future.');

    checkPlain(input);
    const recipient = await findWallet(tx, viewer, input.recipientWalletId);
    if (!recipient) throw new NotFoundError('The receiving wallet');
    checkWalletState(recipient, ['ACTIVE']);
    checkCurrency(recipient, amount.currency, 'input.amount.currency');
    const { wallet: payer } = await payerOf(deps, tx, recipient, input.payer);
    if (payer) checkCurrency(payer, amount.currency, 'input.amount.currency');
    const row = {
      id,
      partnerId: recipient.partnerId,
      number,
      recipientWalletId: recipient.id,
      recipientCustomerId: recipient.customerId,
      payerWalletId: payer?.id ?? null,
      payerCustomerId: payer?.customerId ?? null,
      amountMinor: amount.minor,
      currency: amount.currency,
      message,
      createdAt: now,
      dueAt: dueAt ?? null,
    };
    return { invoice: await insertInvoice(tx, row, now), replayed };
  });
}

/** @throws InvalidInputError for what only invoices with a page of their own have */
export function checkPlain({ payMethods, returnUrl, attributes }: Omit<CreateInvoiceInput, 'idempotencyKey'>): void {
  const given = Object.entries({ payMethods, returnUrl, attributes }).find(([, value]) => value !== undefined);
  if (!given) return;
  throw InvalidInputError.at(
    `input.${given[0]}`,
    'cannot be given here: these invoices are paid by wallets, on no page.',
  );
}
