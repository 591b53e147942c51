import type { ProviderIdentification } from '../../connectors/access.ts';
import type { ProviderPerson } from '../../connectors/values.ts';
import type { IdentificationLevel, IdentificationStatus } from '../../db/generated/enums.ts';
import { InvalidInputError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import type { PersonData } from '../customer/person.ts';
import { type AskDeps, askProvider } from './ask-provider.ts';
import { capable, walletAtProvider } from './at-provider.ts';
import { refreshWallet } from './mirror.ts';
import { acceptedOfWallet } from './refusal.ts';
import { checkWalletState } from './rules.ts';
import { findWallet, type WalletWithAccounts } from './store.ts';
import type { UpstreamWallet } from './upstream-wallet.ts';

/** How well the owner of a wallet is known at its provider. */
export interface WalletIdentification {
  level: IdentificationLevel;
  status: IdentificationStatus;
  providerLevel: string | null;
  provider: string;
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
    level,
    status,
    providerLevel: said?.providerLevel ?? null,
    provider: wallet.provider,
    changedAt: owner?.changedAt ?? null,
    verifiedAt: owner?.verifiedAt ?? null,
  };
}

const byLevel = (level: IdentificationLevel): IdentificationStatus => (level === 'NONE' ? 'NOT_STARTED' : 'VERIFIED');

export interface IdentifyWalletInput {
  walletId: string;
  level: IdentificationLevel;
  /** Data go to the provider's check; without them the partner vouches for the level. */
  person?: PersonData | undefined;
}

/**
 * Identifies the owner of a wallet at its provider. Both ways may be repeated, so a lost answer is made good by repeating.
 * @throws NotFoundError, InvalidInputError, NotSupportedError; ConflictError when the document is another wallet's, StateError
 *   when verified data cannot change; ProviderRejectedError, ProviderUnavailableError
 */
export async function identifyWallet(
  deps: AskDeps,
  viewer: TenantViewer,
  { walletId, level, person }: IdentifyWalletInput,
): Promise<{ wallet: WalletWithAccounts; identification: WalletIdentification }> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'IDENTIFICATION');
  const { wallet, call } = reached;
  checkWalletState(wallet, ['ACTIVE']);
  if (person) {
    const submit = capable(reached, 'IDENTIFICATION', (connector) => connector.identification?.submit);
    acceptedOfWallet(await submit(call, toProvider(person)), wallet);
  } else {
    if (level === 'NONE') throw InvalidInputError.at('input.level', 'must be SIMPLIFIED or FULL without a person.');
    const vouch = capable(reached, 'IDENTIFICATION', (connector) => connector.identification?.vouch);
    const phone = present(wallet.number, 'the number of a wallet at a provider');
    acceptedOfWallet(await vouch(call, { phone, level }), wallet);
  }
  const said = await refreshWallet(deps, wallet);
  const owner = await ownerAtProvider(deps, wallet);
  const fresh = present(await findWallet(deps.db.prisma, viewer, walletId), 'the wallet');
  return { wallet: fresh, identification: identificationAtProvider(fresh, said, owner) };
}

const toProvider = (person: PersonData): ProviderPerson => ({
  firstName: person.firstName ?? null,
  middleName: person.middleName ?? null,
  lastName: person.lastName ?? null,
  birthDate: person.birthDate ?? null,
  passport: person.passport ?? null,
  passportIssuedAt: person.passportIssuedAt ?? null,
  inn: person.inn ?? null,
  snils: person.snils ?? null,
});

/** @throws NotSupportedError for a wallet that the ledger here keeps: its customer is identified, not the wallet */
export function checkIdentifiable({ provider, customerId }: WalletWithAccounts): void {
  if (provider === 'LOCAL' && customerId === null)
    throw new NotSupportedError('LOCAL', 'IDENTIFICATION', 'The wallet has no customer who could be identified.');
}
