import type { Outcome, Refusal } from '../../connectors/outcome.ts';
import { ProviderRejected } from '../../connectors/outcome.ts';
import type { WalletStatus } from '../../db/generated/enums.ts';
import { ConflictError, type DomainError, InvalidInputError, StateError } from '../../errors.ts';
import { acceptedValue, readUpstream, refusalError } from '../provider/errors.ts';

/** The wallet that a call is about, as refusals speak of it. */
type Subject = { provider: string; status: WalletStatus };

/** A provider's refusal about a wallet, under the word that its documents give it; nothing has changed. */
export function walletRefusal(refusal: Refusal, { status }: Pick<Subject, 'status'>): DomainError {
  const message =
    refusal.providerMessage ?? `The provider refused it${refusal.providerCode ? ` (${refusal.providerCode})` : ''}.`;
  switch (refusal.errorCode) {
    case 'CONFLICT':
      return new ConflictError(message);
    case 'WALLET_STATE':
      return new StateError('WALLET_STATE', status, [], message);
    case 'INVALID_INPUT':
      return new InvalidInputError([{ path: ['input'], message }]);
    default:
      return refusalError(refusal);
  }
}

/**
 * The value of an accepted write about a wallet, which may be repeated.
 * @throws ConflictError, StateError, InvalidInputError, ProviderRejectedError, IdentificationRequiredError;
 *   ProviderUnavailableError when nothing is known
 */
export function acceptedOfWallet<T>(outcome: Outcome<T>, wallet: Subject): T {
  if (outcome.kind === 'rejected') throw walletRefusal(outcome.refusal, wallet);
  return acceptedValue(outcome, wallet.provider);
}

/**
 * Reads something of a wallet from its provider.
 * @throws StateError, ProviderRejectedError, ProviderUnavailableError
 */
export function readOfWallet<T>(wallet: Pick<Subject, 'status'>, read: () => Promise<T>): Promise<T> {
  return readUpstream(async () => {
    try {
      return await read();
    } catch (error) {
      if (error instanceof ProviderRejected) throw walletRefusal(error.refusal, wallet);
      throw error;
    }
  });
}

/**
 * Lets the one field that a provider can have found unfit be named in its refusal.
 * @param path dotted: `input.currency`
 * @throws InvalidInputError at that path, and whatever else `work` throws
 */
export async function naming<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(error.issues.map(({ message }) => ({ path: path.split('.'), message })));
  }
}
