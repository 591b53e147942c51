/**
 * The two kinds of failure that code may throw on purpose. A DomainError is an answer to the caller and becomes a member
 * of a mutation's result union; an InvariantError (lib/assert.ts) is a defect of ours and is masked.
 */

/** The stable codes of refusals; the same words in GraphQL (`enum ErrorCode`). */
export const errorCodes = [
  'INVALID_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'IDEMPOTENCY_IN_PROGRESS',
  'INSUFFICIENT_FUNDS',
  'PRICE_CHANGED',
  'LIMIT_EXCEEDED',
  'WALLET_STATE',
  'PAYMENT_STATE',
  'INVOICE_STATE',
  'CARD_STATE',
  'CREDIT_STATE',
  'IDENTIFICATION_REQUIRED',
  'PROVIDER_REJECTED',
  'PROVIDER_UNAVAILABLE',
  'NOT_SUPPORTED',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** A refusal: expected, explained to the caller, nothing moved. Thrown, so that the transaction around it rolls back. */
export abstract class DomainError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** One thing that is wrong with the input: `path` leads to the field, `message` says what would be right. */
export interface InputIssue {
  path: string[];
  message: string;
}

/** The input cannot be used as it is; each issue names its field and the remedy. */
export class InvalidInputError extends DomainError {
  readonly code = 'INVALID_INPUT' as const;

  constructor(readonly issues: InputIssue[]) {
    super(issues.map((issue) => (issue.path.length ? `${issue.path.join('.')}: ` : '') + issue.message).join('; '));
  }

  /** The common case: one field, one reason. `path` is dotted: `input.amount.amount`. */
  static at(path: string, message: string): InvalidInputError {
    return new InvalidInputError([{ path: path.split('.'), message }]);
  }
}

/** What the input names does not exist for this caller. Absent and foreign are the same on purpose. */
export class NotFoundError extends DomainError {
  readonly code = 'NOT_FOUND' as const;

  constructor(what: string) {
    super(`${what} was not found.`);
  }
}

/** Something else already stands where this should go. */
export class ConflictError extends DomainError {
  readonly code = 'CONFLICT' as const;
}

/** The idempotency key was used before with other input, or is in use right now. */
export class IdempotencyError extends DomainError {
  readonly code: 'IDEMPOTENCY_CONFLICT' | 'IDEMPOTENCY_IN_PROGRESS';

  constructor(code: 'IDEMPOTENCY_CONFLICT' | 'IDEMPOTENCY_IN_PROGRESS') {
    super(
      code === 'IDEMPOTENCY_CONFLICT'
        ? 'This idempotency key was used before with other input. Send the same input, or choose a new key.'
        : 'A request with this idempotency key is still running. Repeat it in a moment.',
    );
    this.code = code;
  }
}

/** An amount as refusals carry it: minor units and their currency. */
export interface MinorAmount {
  minor: bigint;
  currency: string;
}

/** The paying side does not have the money. */
export class InsufficientFundsError extends DomainError {
  readonly code = 'INSUFFICIENT_FUNDS' as const;

  constructor(
    readonly available: MinorAmount,
    readonly required: MinorAmount,
  ) {
    super('The wallet does not have enough available money for this payment and its fee.');
  }
}

/** The payment costs more than was agreed to. It has the new price; confirming it again agrees to that. */
export class PriceChangedError extends DomainError {
  readonly code = 'PRICE_CHANGED' as const;

  constructor(
    readonly fee: MinorAmount,
    readonly total: MinorAmount,
    readonly previousTotal: MinorAmount,
  ) {
    super('The payment costs more now than was agreed to. Confirm it again to pay its new total.');
  }
}

/** The object is in a state that does not allow this. */
export class StateError extends DomainError {
  constructor(
    readonly code: 'WALLET_STATE' | 'PAYMENT_STATE' | 'INVOICE_STATE' | 'CARD_STATE' | 'CREDIT_STATE',
    readonly state: string,
    readonly allowed: string[],
    message: string,
  ) {
    super(message);
  }
}

/** The provider (or the ledger's own LOCAL wallets) cannot do this at all. */
export class NotSupportedError extends DomainError {
  readonly code = 'NOT_SUPPORTED' as const;

  constructor(
    readonly provider: string,
    readonly capability: string,
    message: string,
  ) {
    super(message);
  }
}

/** Configuration or environment that an operator has to put right; printed without a stack. */
export class SetupError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SetupError';
  }
}
