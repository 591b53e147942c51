import type { Deps } from '../deps.ts';
import { createProviderAccount, updateProviderAccount } from './provider/create-provider-account.ts';
import type { AccountCredentials } from './provider/settings.ts';

export const MBANK_ACCOUNT_ID = 'pac_00000000000000000000000001';

/** The sample values of mbank's own documents, which the sandbox knows. */
export const MBANK_CREDENTIALS = {
  phone: '+79990000001',
  password: 'house-p@ss',
  clientId: 'mbank_storefront',
  clientSecret: 'oklol',
  consentClientId: 'mbank_web',
  consentClientSecret: 'topsecret',
  appId: '42',
  appSecret: 's3cr3t',
  webhookClientId: 'mserver',
  webhookClientToken: 'token',
};

/** An account of the demo partner: the sandbox's own, or wherever its *_URL variable points. */
interface DemoAccount {
  id: string;
  provider: keyof Deps['config']['providerUrls'];
  name: string;
  /** Path of the provider's base URL in the sandbox. */
  path: string;
  credentials: AccountCredentials;
  /** A second base URL among the credentials, and its path in the sandbox. */
  second?: { name: string; path: string };
}

/** The house wallets and tokens are those that the emulators are seeded with; see src/sandbox/README.md. */
const accounts: readonly DemoAccount[] = [
  {
    id: MBANK_ACCOUNT_ID,
    provider: 'MBANK',
    name: 'Demo mbank',
    path: '/mbank/v1',
    credentials: MBANK_CREDENTIALS,
    second: { name: 'mserverUrl', path: '/mbank/mserver2-dev' },
  },
  {
    id: 'pac_00000000000000000000000002',
    provider: 'QIWI',
    name: 'Demo QIWI',
    path: '/qiwi',
    credentials: { wallet: '79990000001', token: '0f0e0d0c0b0a09080706050403020100' },
  },
  {
    id: 'pac_00000000000000000000000003',
    provider: 'VSEPLATEZHI',
    name: 'Demo VsePlatezhi',
    path: '/vseplatezhi',
    credentials: {
      clientId: 'partner-1',
      clientSecret: 'secret-1',
      partnerId: '42',
      walletId: '7d1f3c60-2b84-4c55-9e0a-6f1b2c3d4e5f',
    },
  },
  {
    id: 'pac_00000000000000000000000004',
    provider: 'DIWA',
    name: 'Demo DiWa',
    path: '/diwa',
    credentials: { token: 'YOUR-API-TOKEN' },
  },
  {
    id: 'pac_00000000000000000000000005',
    provider: 'MONEYWALL',
    name: 'Demo Moneywall',
    path: '/moneywall',
    credentials: { token: 'SuperSecretTokenValue' },
  },
];

/**
 * Makes the demo partner's accounts at providers, or points those that are there to where their providers are now.
 * @param sandboxUrl where the emulators are; null leaves accounts whose *_URL variable is not set as they are
 */
export async function seedProviderAccounts(deps: Deps, partnerId: string, sandboxUrl: string | null): Promise<void> {
  for (const { id, provider, name, path, second, ...account } of accounts) {
    const given = deps.config.providerUrls[provider];
    if (!given && !sandboxUrl) continue;
    const baseUrl = given ?? `${sandboxUrl}${path}`;
    const more = second ? { [second.name]: given ?? `${sandboxUrl}${second.path}` } : {};
    const credentials = { ...account.credentials, ...more };
    const known = await deps.db.prisma.providerAccount.findUnique({ where: { id } });
    if (known) await updateProviderAccount(deps, partnerId, { providerAccountId: id, baseUrl, credentials });
    else await createProviderAccount(deps, { partnerId, provider, name, baseUrl, credentials }, id);
  }
}
