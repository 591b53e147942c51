import { Scope } from '../db/generated/enums.ts';
import type { Deps } from '../deps.ts';
import { sha256 } from '../lib/crypto.ts';
import { hashApiKey } from './access/api-key.ts';
import { createSessionToken } from './access/create-session-token.ts';
import type { PartnerViewer } from './access/viewer.ts';
import { createCustomer } from './customer/create-customer.ts';
import { createTopUp } from './payment/create-top-up.ts';
import { settleTopUp } from './payment/settle-top-up.ts';
import { updateProviderAccount } from './provider/create-provider-account.ts';
import { seedDocuments } from './seed-documents.ts';
import { MBANK_ACCOUNT_ID, MBANK_CREDENTIALS, seedProviderAccounts } from './seed-providers.ts';
import { openWallet } from './wallet/open-wallet.ts';

const PARTNER_ID = 'par_00000000000000000000000001';
const KEY_ID = 'key_00000000000000000000000001';
const PARTNER_NAME = 'Demo shop';
const TOKEN_TTL_SECONDS = 12 * 3600;

const people = [
  {
    externalId: 'demo-anna',
    title: 'Anna, 50 000 RUB',
    firstName: 'Anna',
    lastName: 'Petrova',
    phone: '+79261110001',
    email: 'anna@demo.example',
    notifications: { channel: 'EMAIL_AND_SMS', period: 'INSTANT' },
    minor: 5_000_000n,
  },
  {
    externalId: 'demo-boris',
    title: 'Boris, 1 000 RUB',
    firstName: 'Boris',
    lastName: 'Ivanov',
    phone: '+79261110002',
    email: 'boris@demo.example',
    notifications: { channel: 'EMAIL', period: 'INSTANT' },
    minor: 100_000n,
  },
] as const;

/** What the demo data are, for the terminal and for GraphiQL. */
export interface Demo {
  partnerName: string;
  apiKey: string;
  /** Acts for the first customer. */
  customerToken: string;
  wallets: { title: string; id: string }[];
  firstQuery: string;
  mbankAccountId: string;
}

/**
 * Demo data for a gateway with the sandbox on: a partner, its key, two customers with money. Goes through the use cases, each
 * under a fixed idempotency key, so seeding again changes nothing. The key is the same after a restart.
 * @param sandboxUrl where the emulators are, for provider accounts whose *_URL variable is not set; null leaves them as they are
 */
export async function seedDemo(deps: Deps, sandboxUrl: string | null): Promise<Demo> {
  const apiKey = demoApiKey(deps);
  const viewer = await seedPartner(deps, apiKey);
  const wallets: Demo['wallets'] = [];
  let customerToken = '';
  for (const { externalId, title, firstName, lastName, phone, email, notifications, minor } of people) {
    const { customer } = await createCustomer(deps, viewer, {
      externalId,
      identification: 'FULL',
      notifications,
      person: { firstName, lastName, phone, email },
    });
    const key = (step: string) => `seed-${externalId}-${step}`;
    const opening = { customerId: customer.id, phone, currency: 'RUB', identification: 'FULL' as const };
    const { wallet } = await openWallet(deps, viewer, { idempotencyKey: key('wallet'), ...opening });
    const amount = { minor, currency: 'RUB' };
    const topUp = { walletId: wallet.id, amount, method: 'CASH' as const, confirm: true };
    const { payment } = await createTopUp(deps, viewer, { idempotencyKey: key('top-up'), ...topUp });
    await settleTopUp(deps, viewer, { idempotencyKey: key('settle'), paymentId: payment.id, reference: key('desk') });
    wallets.push({ title, id: wallet.id });
    if (customerToken === '') {
      customerToken = (
        await createSessionToken(deps, viewer, { customerId: customer.id, ttlSeconds: TOKEN_TTL_SECONDS })
      ).token;
    }
  }
  await seedProviderAccounts(deps, PARTNER_ID, sandboxUrl);
  await seedDocuments(deps, PARTNER_ID);
  return {
    partnerName: PARTNER_NAME,
    apiKey,
    customerToken,
    wallets,
    firstQuery: FIRST_QUERY,
    mbankAccountId: MBANK_ACCOUNT_ID,
  };
}

/** Derived from this installation's own secret: nobody else's demo key is the same, and no restart changes it. */
const demoApiKey = ({ vault }: Deps): string =>
  `ksh_demo_${sha256(Buffer.from(vault.fingerprint('demo api key')).toString('hex')).slice(0, 40)}`;

async function seedPartner({ db }: Deps, apiKey: string): Promise<PartnerViewer> {
  const scopes = Object.values(Scope);
  await db.prisma.partner.createMany({ data: [{ id: PARTNER_ID, name: PARTNER_NAME }], skipDuplicates: true });
  const key = { prefix: apiKey.slice(0, 8), hash: hashApiKey(apiKey), name: 'Demo server', scopes };
  await db.prisma.apiKey.upsert({
    where: { id: KEY_ID },
    create: { id: KEY_ID, partnerId: PARTNER_ID, ...key },
    update: key,
  });
  return { kind: 'PARTNER', partnerId: PARTNER_ID, apiKeyId: KEY_ID, scopes: new Set(scopes) };
}

/**
 * Tells the demo's account at mbank where its owners' browsers come back from the consent page.
 * @param url of this gateway as browsers reach it, without a slash at its end
 * @returns the application and the address that is to be registered for it at the provider
 */
export async function seedConsent(deps: Deps, url: string): Promise<{ clientId: string; redirectUri: string }> {
  const redirectUri = `${url}/oauth/mbank/${MBANK_ACCOUNT_ID}`;
  await updateProviderAccount(deps, PARTNER_ID, { providerAccountId: MBANK_ACCOUNT_ID, credentials: { redirectUri } });
  return { clientId: MBANK_CREDENTIALS.consentClientId, redirectUri };
}

const FIRST_QUERY = `# Two wallets with money in them, and what has happened so far.
query FirstLook {
  viewer {
    kind
    partner { name }
  }
  wallets(first: 2) {
    edges {
      node {
        id
        phone
        balances { available { amount currency formatted } }
        payments(first: 3) {
          edges { node { kind status amount { formatted } } }
        }
      }
    }
  }
}`;
