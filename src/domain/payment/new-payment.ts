import type { Payment } from '../../db/generated/client.ts';
import type { PaymentKind } from '../../db/generated/enums.ts';
import { InvalidInputError, type MinorAmount } from '../../errors.ts';
import { currencyByCode } from '../../money/currency.ts';
import { MAX_MINOR } from '../../money/money.ts';

/** A payment that nobody confirms is forgotten after a quarter of an hour. */
export const CONFIRM_WITHIN_MS = 15 * 60_000;
const MAX_NOTE = 255;

type Known = Pick<Payment, 'id' | 'partnerId' | 'amountMinor' | 'currency' | 'createdAt'>;

/** A row in CREATED with nothing special about it. */
export function newPayment(kind: PaymentKind, known: Known, rest: Partial<Payment> = {}): Payment {
  return {
    idempotencyKey: null,
    origin: 'API',
    kind,
    status: 'CREATED',
    version: 1,
    feeMinor: 0n,
    provider: 'LOCAL',
    reference: null,
    sourceWalletId: null,
    destinationWalletId: null,
    sourceCustomerId: null,
    destinationCustomerId: null,
    topUpMethod: null,
    destinationSealed: null,
    note: null,
    declineReason: null,
    declineMessage: null,
    refundOfId: null,
    refundedMinor: 0n,
    batchId: null,
    providerAccountId: null,
    serviceId: null,
    cardId: null,
    priced: true,
    receiptNumber: null,
    orderSealed: null,
    payeeMask: null,
    upstreamAction: null,
    partiesSealed: null,
    destinationReference: null,
    historyReference: null,
    reversalReference: null,
    destinationMinor: null,
    destinationCurrency: null,
    exchangeRate: null,
    fundingSource: null,
    title: null,
    subtitle: null,
    description: null,
    seen: true,
    confirmedAt: null,
    completedAt: null,
    expiresAt: new Date(known.createdAt.getTime() + CONFIRM_WITHIN_MS),
    ...known,
    ...rest,
  };
}

/**
 * An amount that a payment can have.
 * @param path of the MoneyInput, for the refusal
 * @throws InvalidInputError for zero, a negative amount, or one that no book can hold
 */
export function checkAmount({ minor, currency }: MinorAmount, path: string): void {
  if (!currencyByCode(currency))
    throw InvalidInputError.at(`${path}.currency`, `${currency} is not a currency that is handled here.`);
  if (minor <= 0n) throw InvalidInputError.at(`${path}.amount`, 'must be above zero.');
  if (minor > MAX_MINOR) throw InvalidInputError.at(`${path}.amount`, 'is larger than any payment can be.');
}

/** @throws InvalidInputError for a note that is too long */
export function checkNote(note: string | undefined, path = 'input.note'): string | null {
  if (note !== undefined && note.length > MAX_NOTE)
    throw InvalidInputError.at(path, `must have at most ${MAX_NOTE} characters.`);
  return note ?? null;
}
