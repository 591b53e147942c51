import type { Outcome, Refusal } from '../../connectors/outcome.ts';
import { ProviderRejected, ProviderUnavailable } from '../../connectors/outcome.ts';
import type { IdentificationLevel } from '../../db/generated/enums.ts';
import { DomainError } from '../../errors.ts';

/** The provider proved that it will not do this; nothing has moved. */
export class ProviderRejectedError extends DomainError {
  readonly code = 'PROVIDER_REJECTED' as const;

  constructor(
    readonly refusal: Pick<Refusal, 'provider' | 'providerCode' | 'providerMessage' | 'remedy'> &
      Partial<Pick<Refusal, 'httpStatus'>>,
  ) {
    super(
      refusal.providerMessage ?? `The provider refused it${refusal.providerCode ? ` (${refusal.providerCode})` : ''}.`,
    );
  }

  /** Was it the credentials that were refused? (401, or a password that buys no token: RFC 6749, 5.2.) */
  get provesCredentialsWrong(): boolean {
    return this.refusal.httpStatus === 401 || this.refusal.providerCode === 'invalid_grant';
  }
}

/** The provider cannot be reached, and nothing was sent or repeating is safe: do the same again later. */
export class ProviderUnavailableError extends DomainError {
  readonly code = 'PROVIDER_UNAVAILABLE' as const;

  constructor(
    readonly provider: string,
    readonly retryAt: Date | null,
  ) {
    super('The provider cannot be reached just now. Nothing has moved; repeat the same call later.');
  }
}

/** The customer must be identified before this. */
export class IdentificationRequiredError extends DomainError {
  readonly code = 'IDENTIFICATION_REQUIRED' as const;

  constructor(readonly requiredLevel: IdentificationLevel) {
    super(`This needs identification at the level ${requiredLevel}.`);
  }
}

/** A provider's refusal in our words. */
export function refusalError(refusal: Refusal): DomainError {
  return refusal.errorCode === 'IDENTIFICATION_REQUIRED'
    ? new IdentificationRequiredError('SIMPLIFIED')
    : new ProviderRejectedError(refusal);
}

/**
 * The value of an accepted write that moves no money and may be repeated.
 * @throws ProviderRejectedError, IdentificationRequiredError; ProviderUnavailableError when nothing is known
 */
export function acceptedValue<T>(outcome: Outcome<T>, provider: string): T {
  switch (outcome.kind) {
    case 'accepted':
      return outcome.value;
    case 'rejected':
      throw refusalError(outcome.refusal);
    case 'unknown':
      throw new ProviderUnavailableError(provider, null);
    case 'notSent':
      throw new ProviderUnavailableError(provider, outcome.retryAt);
  }
}

/**
 * Reads from a provider, with what the port throws in our words.
 * @throws ProviderRejectedError, IdentificationRequiredError, ProviderUnavailableError
 */
export async function readUpstream<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ProviderRejected) throw refusalError(error.refusal);
    if (error instanceof ProviderUnavailable) throw new ProviderUnavailableError(error.provider, error.retryAt);
    throw error;
  }
}
