import { DomainError, type ErrorCode } from '../errors.ts';
import type { Money } from '../money/money.ts';

/** What the caller can do about a refusal: repeat it later, change something, or nothing. */
export type Remedy = 'RETRY_LATER' | 'CHANGE_INPUT' | 'NONE';

/** Why a payment ends DECLINED; the same words as in GraphQL. */
export type DeclineReason =
  | 'INVALID_DATA'
  | 'INSUFFICIENT_FUNDS'
  | 'LIMIT_EXCEEDED'
  | 'IDENTIFICATION_REQUIRED'
  | 'RECIPIENT_REFUSED'
  | 'PROVIDER_REFUSED'
  | 'EXPIRED'
  | 'INTERNAL_ERROR';

/** A provider's proven "no": nothing has moved. */
export interface Refusal {
  provider: string;
  /** The documented operation that was refused. */
  operation: string;
  httpStatus: number | null;
  /** The provider's own code and text; null where it gave none. */
  providerCode: string | null;
  providerMessage: string | null;
  remedy: Remedy;
  /** The word under which a use case answers it: most are PROVIDER_REJECTED. */
  errorCode: ErrorCode;
  /** What a payment that ends with this refusal is declined for. */
  declineReason: DeclineReason;
  /** PROVIDER: another route may still carry the payment (failover). PAYMENT: no route would. */
  blame: 'PROVIDER' | 'PAYMENT';
  /** Where the refusal names a limit. */
  limit: { max: Money; attempted: Money } | null;
}

/** Why nothing is known, or nothing was sent. */
export type Trouble =
  | 'CONNECTION_FAILED'
  | 'CIRCUIT_OPEN'
  | 'OVERLOADED'
  | 'RATE_LIMITED'
  | 'DEADLINE'
  | 'CONNECTION_LOST'
  | 'SERVER_ERROR'
  | 'UNREADABLE'
  | 'MISSING_FIELD'
  | 'UNMAPPED_STATUS'
  | 'ECHO_MISMATCH';

/** The provider did it. */
export interface Accepted<T> {
  kind: 'accepted';
  value: T;
}
/** The provider said no, in words that its documents define. */
export interface Rejected {
  kind: 'rejected';
  refusal: Refusal;
}
/** The provider may or may not have done it. Never a failure: keep the hold and ask. */
export interface Unknown {
  kind: 'unknown';
  why: Trouble;
  message: string;
}
/** Nothing left this machine: repeating is safe, now or at `retryAt`. */
export interface NotSent {
  kind: 'notSent';
  why: Trouble;
  message: string;
  retryAt: Date | null;
}

/** What came of a write. A write never throws for what the provider did. */
export type Outcome<T> = Accepted<T> | Rejected | Unknown | NotSent;

/** The provider refused. What reads throw; writes answer it as `rejected`. */
export class ProviderRejected extends DomainError {
  readonly code = 'PROVIDER_REJECTED' as const;

  constructor(readonly refusal: Refusal) {
    super(
      refusal.providerMessage ??
        `The provider refused ${refusal.operation}: ${refusal.providerCode ?? refusal.httpStatus}.`,
    );
  }
}

/** What a ProviderUnavailable has to tell beside its message. */
export interface Unavailability {
  provider: string;
  operation: string;
  why: Trouble;
  /** False only when it is certain that no byte of the request reached the provider. */
  mayHaveActed: boolean;
  retryAt?: Date | null;
  cause?: unknown;
}

/** No usable answer. What reads throw; writes answer it as `unknown` or `notSent`. */
export class ProviderUnavailable extends DomainError {
  readonly code = 'PROVIDER_UNAVAILABLE' as const;
  readonly provider: string;
  readonly operation: string;
  readonly why: Trouble;
  readonly mayHaveActed: boolean;
  readonly retryAt: Date | null;

  constructor(message: string, about: Unavailability) {
    super(message);
    this.provider = about.provider;
    this.operation = about.operation;
    this.why = about.why;
    this.mayHaveActed = about.mayHaveActed;
    this.retryAt = about.retryAt ?? null;
    this.cause = about.cause;
  }
}

/** The provider answered, but not as its documents say: unreadable, a field missing, a word that is in no table. */
export class ProtocolError extends ProviderUnavailable {
  constructor(message: string, about: Omit<Unavailability, 'mayHaveActed' | 'retryAt'>) {
    super(message, { ...about, mayHaveActed: true });
  }
}

/** An accepted write. */
export const accepted = <T>(value: T): Accepted<T> => ({ kind: 'accepted', value });
/** A refused write. */
export const rejected = (refusal: Refusal): Rejected => ({ kind: 'rejected', refusal });
/** A write of which nothing is known yet. */
export const unknown = (why: Trouble, message: string): Unknown => ({ kind: 'unknown', why, message });

/**
 * Runs a write and turns what the provider did into a value.
 * @param write one or more calls of which at most one changes anything
 * @throws whatever is not about the provider: defects of ours. A use case treats that as `unknown`, too.
 */
export async function outcomeOf<T>(write: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return accepted(await write());
  } catch (error) {
    if (error instanceof ProviderRejected) return rejected(error.refusal);
    if (!(error instanceof ProviderUnavailable)) throw error;
    if (error.mayHaveActed) return unknown(error.why, error.message);
    return { kind: 'notSent', why: error.why, message: error.message, retryAt: error.retryAt };
  }
}

/** Changes the value of an accepted outcome and leaves the others as they are. */
export function mapOutcome<A, B>(outcome: Outcome<A>, change: (value: A) => B): Outcome<B> {
  return outcome.kind === 'accepted' ? accepted(change(outcome.value)) : outcome;
}
