import type { Payment } from '../../db/generated/client.ts';
import { bytesOf, instantOf, maybeAt, type TextRow, textAt } from '../../db/text-rows.ts';

/** The columns of `payment`, in the order in which `paymentOf` reads them. */
const columns = [
  ...['id', 'partner_id', 'idempotency_key', 'origin', 'kind', 'status', 'version', 'amount_minor', 'fee_minor'],
  ...['currency', 'provider', 'reference', 'source_wallet_id', 'destination_wallet_id', 'source_customer_id'],
  ...['destination_customer_id', 'top_up_method', 'destination_sealed', 'note', 'decline_reason', 'decline_message'],
  ...['refund_of_id', 'refunded_minor', 'batch_id', 'provider_account_id', 'service_id', 'card_id', 'priced'],
  ...['receipt_number', 'order_sealed', 'payee_mask', 'upstream_action', 'parties_sealed', 'destination_reference'],
  ...['history_reference', 'reversal_reference', 'destination_minor', 'destination_currency', 'exchange_rate'],
  ...['funding_source', 'title', 'subtitle', 'description', 'seen', 'created_at', 'confirmed_at', 'completed_at'],
  'expires_at',
];

/** The select list of payments. */
export const paymentColumns = (alias: string): string => columns.map((column) => `${alias}.${column}`).join(', ');

/**
 * A payment out of a row of text, the same as Prisma would read.
 * @param at where its columns begin
 */
export function paymentOf(row: TextRow, at: number): Payment {
  return {
    id: textAt(row, at),
    partnerId: textAt(row, at + 1),
    idempotencyKey: row[at + 2] ?? null,
    origin: row[at + 3] as Payment['origin'],
    kind: row[at + 4] as Payment['kind'],
    status: row[at + 5] as Payment['status'],
    version: Number(row[at + 6]),
    amountMinor: BigInt(textAt(row, at + 7)),
    feeMinor: BigInt(textAt(row, at + 8)),
    currency: textAt(row, at + 9),
    provider: textAt(row, at + 10),
    reference: row[at + 11] ?? null,
    sourceWalletId: row[at + 12] ?? null,
    destinationWalletId: row[at + 13] ?? null,
    sourceCustomerId: row[at + 14] ?? null,
    destinationCustomerId: row[at + 15] ?? null,
    topUpMethod: row[at + 16] as Payment['topUpMethod'],
    destinationSealed: maybeAt(row, at + 17, bytesOf),
    note: row[at + 18] ?? null,
    declineReason: row[at + 19] as Payment['declineReason'],
    declineMessage: row[at + 20] ?? null,
    refundOfId: row[at + 21] ?? null,
    refundedMinor: BigInt(textAt(row, at + 22)),
    batchId: row[at + 23] ?? null,
    providerAccountId: row[at + 24] ?? null,
    serviceId: row[at + 25] ?? null,
    cardId: row[at + 26] ?? null,
    priced: row[at + 27] === 't',
    receiptNumber: row[at + 28] ?? null,
    orderSealed: maybeAt(row, at + 29, bytesOf),
    payeeMask: row[at + 30] ?? null,
    upstreamAction: row[at + 31] ?? null,
    partiesSealed: maybeAt(row, at + 32, bytesOf),
    destinationReference: row[at + 33] ?? null,
    historyReference: row[at + 34] ?? null,
    reversalReference: row[at + 35] ?? null,
    destinationMinor: maybeAt(row, at + 36, BigInt),
    destinationCurrency: row[at + 37] ?? null,
    exchangeRate: row[at + 38] ?? null,
    fundingSource: row[at + 39] as Payment['fundingSource'],
    title: row[at + 40] ?? null,
    subtitle: row[at + 41] ?? null,
    description: row[at + 42] ?? null,
    seen: row[at + 43] === 't',
    createdAt: instantOf(textAt(row, at + 44)),
    confirmedAt: maybeAt(row, at + 45, instantOf),
    completedAt: maybeAt(row, at + 46, instantOf),
    expiresAt: maybeAt(row, at + 47, instantOf),
  };
}
