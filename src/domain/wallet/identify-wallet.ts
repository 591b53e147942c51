import type { ProviderIdentification } from '../../connectors/access.ts';
import type { ProviderPerson } from '../../connectors/values.ts';
import type { IdentificationLevel } from '../../db/generated/enums.ts';
import { InvalidInputError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import type { TenantViewer } from '../access/viewer.ts';
import type { PersonData } from '../customer/person.ts';
import type { AskDeps } from './ask-provider.ts';
import { capable, type WalletAtProvider, walletAtProvider } from './at-provider.ts';
import { changeWallet } from './change-wallet.ts';
import { heedRejection } from './heed-rejection.ts';
import { refreshWallet } from './mirror.ts';
import { identificationAtProvider, ownerAtProvider, type WalletIdentification } from './owner.ts';
import { acceptedOfWallet } from './refusal.ts';
import { checkWalletState } from './rules.ts';
import { findWallet, type WalletWithAccounts } from './store.ts';

export interface IdentifyWalletInput {
  walletId: string;
  level: IdentificationLevel;
  /** Data go to the provider's check; without them the partner vouches for the level. */
  person?: PersonData | undefined;
}

/**
 * Identifies the owner of a wallet at its provider. Both ways may be repeated, so a lost answer is made good by repeating.
 * Data that fail the provider's check are no refusal: the level stays, and the status says FAILED.
 * @throws NotFoundError, NotSupportedError; InvalidInputError that names what the provider wants of the person; ConflictError
 *   when the document is another wallet's, StateError when verified data cannot change; ProviderRejectedError,
 *   ProviderUnavailableError
 */
export async function identifyWallet(
  deps: AskDeps,
  viewer: TenantViewer,
  { walletId, level, person }: IdentifyWalletInput,
): Promise<{ wallet: WalletWithAccounts; identification: WalletIdentification }> {
  const reached = await walletAtProvider(deps, viewer, walletId, 'IDENTIFICATION');
  const { wallet } = reached;
  checkWalletState(wallet, ['ACTIVE']);
  const { submit, vouch } = capable(reached, 'IDENTIFICATION', (connector) => connector.identification);
  const byData = person !== undefined || (submit !== undefined && vouch === undefined);
  const told = await heedRejection(deps, reached, () =>
    byData ? checked(reached, person ?? {}) : vouched(reached, level),
  );
  const said = await refreshWallet(deps, wallet);
  if (!said && told?.level) await keepLevel(deps, viewer, walletId, told.level);
  const fresh = present(await findWallet(deps.db.prisma, viewer, walletId), 'the wallet');
  // an answer that names the level is the outcome itself; otherwise the provider is asked what became of it
  const owner = told?.level ? told : await ownerAtProvider(deps, wallet);
  return { wallet: fresh, identification: identificationAtProvider(fresh, said, owner) };
}

async function checked(reached: WalletAtProvider, person: PersonData): Promise<ProviderIdentification> {
  const { identification } = reached.connector;
  const submit = capable(reached, 'IDENTIFICATION', (connector) => connector.identification?.submit);
  const given = toProvider(person);
  const issues = (identification?.required ?? [])
    .filter((name) => !given[name])
    .map((name) => ({ path: ['input', 'person', name], message: 'the provider of this wallet cannot do without it.' }));
  if (issues.length > 0) throw new InvalidInputError(issues);
  return acceptedOfWallet(await submit(reached.call, given), reached.wallet);
}

async function vouched(reached: WalletAtProvider, level: IdentificationLevel): Promise<null> {
  const { wallet } = reached;
  if (level === 'NONE') throw InvalidInputError.at('input.level', 'must be SIMPLIFIED or FULL without a person.');
  const vouch = capable(reached, 'IDENTIFICATION', (connector) => connector.identification?.vouch);
  // a level is taken back by request and confirmation, and not by vouching for less
  const steps = reached.connector.identification?.downgrades?.steps ?? [];
  if (steps.some(({ from, to }) => from === wallet.identificationLevel && to === level))
    throw InvalidInputError.at(
      'input.level',
      `is below ${wallet.identificationLevel}, which the wallet has; customerIdentificationDowngrade steps down.`,
    );
  const phone = present(wallet.number, 'the number of a wallet at a provider');
  acceptedOfWallet(await vouch(reached.call, { phone, level }), wallet);
  return null;
}

/** The level as the answer named it, when the wallet cannot be read just now. */
function keepLevel(
  deps: AskDeps,
  viewer: TenantViewer,
  walletId: string,
  identificationLevel: IdentificationLevel,
): Promise<WalletWithAccounts> {
  return changeWallet(deps, viewer, walletId, (tx) =>
    tx.wallet.update({ where: { id: walletId }, data: { identificationLevel }, include: { accounts: true } }),
  );
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
  oms: person.oms ?? null,
});
