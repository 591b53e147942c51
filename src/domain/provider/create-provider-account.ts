import type { ProviderCode } from '../../connectors/connector.ts';
import type { Tx } from '../../db/client.ts';
import type { ProviderAccount } from '../../db/generated/client.ts';
import { addJob } from '../../db/job-queue.ts';
import { sqlState, transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { ConflictError, InvalidInputError, NotFoundError, NotSupportedError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import { isInternalAddress } from '../../lib/internal-address.ts';
import { type AccountCredentials, openCredentials, sealCredentials } from './settings.ts';

export interface CreateProviderAccountInput {
  partnerId: string;
  provider: string;
  name: string;
  baseUrl: string;
  credentials: AccountCredentials;
  isDefault?: boolean | undefined;
}

/**
 * A partner's account at a provider. Credentials are checked against the provider's own schema, then kept encrypted.
 * The first account at a provider is its default one.
 * @throws NotFoundError, ConflictError (the name is taken); InvalidInputError naming each credential that cannot be
 */
export async function createProviderAccount(
  { db, vault, connectors, clock, config }: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config'>,
  { partnerId, provider, name, baseUrl, credentials, isDefault }: CreateProviderAccountInput,
  id = newId('ProviderAccount'),
): Promise<ProviderAccount> {
  checkSettings({ connectors, config }, provider, { ...credentials, baseUrl });
  const label = accountName(name);
  return transaction(db, async (tx) => {
    const partner = await tx.partner.findUnique({ where: { id: partnerId }, select: { id: true } });
    if (!partner) throw new NotFoundError('The partner');
    const siblings = await tx.providerAccount.findMany({ where: { partnerId, provider } });
    if (siblings.some((sibling) => sibling.name === label))
      throw new ConflictError(`An account named "${label}" is there already.`);
    const makeDefault = isDefault ?? siblings.length === 0;
    if (makeDefault) await clearDefault(tx, partnerId, provider);
    const row = { id, partnerId, provider, name: label, baseUrl, isDefault: makeDefault, createdAt: clock.now() };
    const account = await tx.providerAccount.create({
      data: { ...row, credentialsSealed: sealCredentials(vault, id, credentials) },
    });
    await addJob(tx, 'sync-services', { providerAccountId: id }, { key: `sync-services:${id}` });
    return account;
  }).catch((error: unknown) => {
    if (sqlState(error) === '23505')
      throw new ConflictError('Another default account was made at the same moment. Try again.');
    throw error;
  });
}

export interface UpdateProviderAccountInput {
  providerAccountId: string;
  name?: string | undefined;
  baseUrl?: string | undefined;
  /** Those that are named replace those of that name; the others stay. */
  credentials?: AccountCredentials | undefined;
  isDefault?: boolean | undefined;
  disabled?: boolean | undefined;
}

/**
 * Changes what is named; the rest stays.
 * @param partnerId whose account it must be, or null for any (administrator)
 * @throws NotFoundError, InvalidInputError
 */
export async function updateProviderAccount(
  { db, vault, connectors, clock, config }: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'config'>,
  partnerId: string | null,
  input: UpdateProviderAccountInput,
): Promise<ProviderAccount> {
  const { providerAccountId: id, name, baseUrl, isDefault, disabled } = input;
  return transaction(db, async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM provider_account WHERE id = ${id} FOR UPDATE`;
    const account = await tx.providerAccount.findFirst({ where: { id, ...(partnerId ? { partnerId } : {}) } });
    if (!account) throw new NotFoundError('The provider account');
    const credentials = { ...openCredentials(vault, account), ...input.credentials };
    checkSettings({ connectors, config }, account.provider, { ...credentials, baseUrl: baseUrl ?? account.baseUrl });
    if (isDefault) await clearDefault(tx, account.partnerId, account.provider);
    return tx.providerAccount.update({
      where: { id },
      data: {
        ...(name === undefined ? {} : { name: accountName(name) }),
        ...(baseUrl === undefined ? {} : { baseUrl }),
        ...(isDefault === undefined ? {} : { isDefault }),
        ...(disabled === undefined ? {} : { disabledAt: disabled ? (account.disabledAt ?? clock.now()) : null }),
        credentialsSealed: sealCredentials(vault, id, credentials),
        ...(input.credentials ? { rejectedAt: null } : {}),
      },
    });
  });
}

function checkSettings(
  { connectors, config }: Pick<Deps, 'connectors' | 'config'>,
  provider: string,
  settings: AccountCredentials,
): void {
  if (!connectors.provider(provider as ProviderCode)) {
    throw new NotSupportedError(provider, 'WALLETS', `There is no connector for ${provider}.`);
  }
  const inside = ['baseUrl', 'mserverUrl'].find((name) => {
    const url = settings[name];
    return config.production && url && URL.canParse(url) && isInternalAddress(url);
  });
  if (inside)
    throw InvalidInputError.at(
      inside === 'baseUrl' ? 'input.baseUrl' : `input.credentials.${inside}`,
      'must not lead into our own network.',
    );
  const issues = connectors.check(provider as ProviderCode, settings);
  if (issues.length === 0) return;
  const place = (path: string[]) => (path[0] === 'baseUrl' ? ['input', 'baseUrl'] : ['input', 'credentials', ...path]);
  throw new InvalidInputError(issues.map(({ path, message }) => ({ path: place(path), message })));
}

function accountName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > 100)
    throw InvalidInputError.at('input.name', 'must have 1 to 100 characters.');
  return trimmed;
}

const clearDefault = (tx: Tx, partnerId: string, provider: string) =>
  tx.providerAccount.updateMany({ where: { partnerId, provider, isDefault: true }, data: { isDefault: false } });
