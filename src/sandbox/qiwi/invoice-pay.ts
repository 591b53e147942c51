import { pay, settle } from './engine.ts';
import type { Invoice, Transaction, Wallet } from './model.ts';
import type { World } from './world.ts';

/**
 * Pays an invoice out of a wallet, at once: the answer of INV-3 is final (section 3.5), so a payment that would wait is
 * carried out. A refused one leaves the invoice as it was, and an ERROR line in the history.
 * @returns the line, SUCCESS or ERROR
 * @throws Refusal 400 `QWPRC-<n>` when the settings want refusals so
 */
export function payInvoice(world: World, invoice: Invoice, payer: Wallet): Transaction {
  const transaction = pay(world, {
    wallet: payer,
    service: invoice.merchant,
    sum: invoice.sum,
    funding: invoice.sum.currency,
    clientId: String(world.number()),
    account: invoice.externalId,
    comment: invoice.comment,
    fields: { account: invoice.externalId },
    invoice,
  });
  if (transaction.status === 'WAITING' && transaction.payment !== null)
    settle(world, transaction.payment, { status: 'SUCCESS' });
  return transaction;
}
