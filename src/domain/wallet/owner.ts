import type { ProviderIdentification } from '../../connectors/access.ts';
import type { IdentificationLevel, IdentificationStatus } from '../../db/generated/enums.ts';
import { NotSupportedError } from '../../errors.ts';
import type { PersonData } from '../customer/person.ts';
import { type AskDeps, askProvider } from './ask-provider.ts';
import type { WalletWithAccounts } from './store.ts';
import type { UpstreamWallet } from './upstream-wallet.ts';

/** How well the owner of a wallet is known at its provider. */
export interface WalletIdentification {
  walletId: string;
  level: IdentificationLevel;
  status: IdentificationStatus;
  providerLevel: string | null;
  provider: string;
  /** Null where the provider does not tell. */
  passportExpired: boolean | null;
  changedAt: Date | null;
  verifiedAt: Date | null;
}

/** The owner as the provider has them on file; null where it has no data, offers none or cannot say. */
export const ownerAtProvider = (deps: AskDeps, wallet: WalletWithAccounts): Promise<ProviderIdentification | null> =>
  askProvider(deps, wallet, ({ connector, call }) => connector.identification?.load?.(call) ?? undefined);

/** The provider's person in our words. */
export function personOf({ person }: ProviderIdentification): PersonData {
  const known = Object.entries(person).filter(([, value]) => value !== null);
  return Object.fromEntries(known) as PersonData;
}

/**
 * What is known of the owner's identification.
 * @param said the wallet as its provider describes it; null when it could not say
 * @param owner the owner as it has them on file
 */
export function identificationAtProvider(
  wallet: WalletWithAccounts,
  said: UpstreamWallet | null,
  owner: ProviderIdentification | null,
): WalletIdentification {
  const level = said?.level ?? wallet.identificationLevel;
  const told = owner && owner.status !== 'UNKNOWN' ? owner.status : (said?.identificationStatus ?? null);
  // a level that somebody vouched for needs no data
  const status = told === null || (told === 'NOT_STARTED' && level !== 'NONE') ? byLevel(level) : told;
  return {
    walletId: wallet.id,
    level,
    status,
    providerLevel: said?.providerLevel ?? owner?.providerLevel ?? null,
    provider: wallet.provider,
    passportExpired: said?.passportExpired ?? null,
    changedAt: owner?.changedAt ?? null,
    verifiedAt: owner?.verifiedAt ?? null,
  };
}

const byLevel = (level: IdentificationLevel): IdentificationStatus => (level === 'NONE' ? 'NOT_STARTED' : 'VERIFIED');

/** @throws NotSupportedError for a wallet that the ledger here keeps: its customer is identified, not the wallet */
export function checkIdentifiable({ provider, customerId }: WalletWithAccounts): void {
  if (provider === 'LOCAL' && customerId === null)
    throw new NotSupportedError('LOCAL', 'IDENTIFICATION', 'The wallet has no customer who could be identified.');
}
