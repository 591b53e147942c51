import { type Payment, Prisma } from '../../db/generated/client.ts';
import { never, type RowReader } from '../../db/row-reader.ts';
import { bytesOf, instantOf, maybeAt, type TextRow, textAt } from '../../db/text-rows.ts';
import { InvariantError } from '../../lib/assert.ts';

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

/** Those of them that a list is mostly asked for, in the order in which `BriefPayment` reads them. */
const briefColumns = [
  ...[
    'id',
    'kind',
    'status',
    'amount_minor',
    'fee_minor',
    'priced',
    'currency',
    'source_wallet_id',
    'destination_wallet_id',
  ],
  ...['source_customer_id', 'destination_customer_id', 'top_up_method', 'funding_source', 'card_id', 'service_id'],
  ...['destination_sealed', 'order_sealed', 'payee_mask', 'parties_sealed', 'created_at', 'completed_at'],
];

/** The select list of payments. */
export const paymentColumns = (alias: string, isBrief = false): string =>
  (isBrief ? briefColumns : columns).map((column) => `${alias}.${column}`).join(', ');

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

/**
 * As much of a payment as a list is mostly asked for: its amounts, its parties and where it stands. Whoever reads anything else of it is
 * stopped, and is not told that it is nothing.
 */
export class BriefPayment {
  readonly id: string;
  readonly kind: Payment['kind'];
  readonly status: Payment['status'];
  readonly amountMinor: bigint;
  readonly feeMinor: bigint;
  readonly priced: boolean;
  readonly currency: string;
  readonly sourceWalletId: string | null;
  readonly destinationWalletId: string | null;
  readonly sourceCustomerId: string | null;
  readonly destinationCustomerId: string | null;
  readonly topUpMethod: Payment['topUpMethod'];
  readonly fundingSource: Payment['fundingSource'];
  readonly cardId: string | null;
  readonly serviceId: string | null;
  readonly destinationSealed: Payment['destinationSealed'];
  readonly orderSealed: Payment['orderSealed'];
  readonly payeeMask: string | null;
  readonly partiesSealed: Payment['partiesSealed'];
  readonly createdAt: Date;
  readonly completedAt: Date | null;

  /** @param row that begins with the brief columns of `paymentColumns` where the reader stands */
  constructor(row: RowReader) {
    this.id = never(row.text());
    this.kind = row.text() as Payment['kind'];
    this.status = row.text() as Payment['status'];
    this.amountMinor = never(row.bigint());
    this.feeMinor = never(row.bigint());
    this.priced = row.boolean() === true;
    this.currency = never(row.text());
    this.sourceWalletId = row.text();
    this.destinationWalletId = row.text();
    this.sourceCustomerId = row.text();
    this.destinationCustomerId = row.text();
    this.topUpMethod = row.text() as Payment['topUpMethod'];
    this.fundingSource = row.text() as Payment['fundingSource'];
    this.cardId = row.text();
    this.serviceId = row.text();
    this.destinationSealed = row.bytes();
    this.orderSealed = row.bytes();
    this.payeeMask = row.text();
    this.partiesSealed = row.bytes();
    this.createdAt = never(row.instant());
    this.completedAt = row.instant();
  }
}

const read = new Set(
  briefColumns.map((column) => column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())),
);
for (const name of Object.values(Prisma.PaymentScalarFieldEnum)) {
  if (read.has(name)) continue;
  const stop = () => {
    throw new InvariantError(`${name} of a payment was not read`);
  };
  Object.defineProperty(BriefPayment.prototype, name, { get: stop });
}
