import type { ProviderCode } from '../../connectors/connector.ts';
import type { ProviderAccountSettings } from '../../connectors/registry.ts';
import type { ProviderAccount } from '../../db/generated/client.ts';
import type { Vault } from '../../lib/crypto.ts';

/** Credentials of a provider account by name. */
export type AccountCredentials = Record<string, string>;

/** Credentials as stored; the account's id binds the sealed value to its row. */
export const sealCredentials = (
  vault: Vault,
  accountId: string,
  credentials: AccountCredentials,
): Uint8Array<ArrayBuffer> => vault.seal(JSON.stringify(credentials), `provider_account.credentials:${accountId}`);

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openCredentials = (vault: Vault, account: ProviderAccount): AccountCredentials =>
  JSON.parse(vault.open(account.credentialsSealed, `provider_account.credentials:${account.id}`)) as AccountCredentials;

/** What the connector's config schema is given: the base URL and the credentials. */
export const settingsOf = (vault: Vault, account: ProviderAccount): ProviderAccountSettings => ({
  id: account.id,
  provider: account.provider as ProviderCode,
  settings: { ...openCredentials(vault, account), baseUrl: account.baseUrl },
});
