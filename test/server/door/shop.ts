import { signSessionToken } from '../../../src/domain/access/session-token.ts';
import { createCustomer } from '../../../src/domain/customer/create-customer.ts';
import { publishDocuments } from '../../../src/domain/document/publish-documents.ts';
import { revokeDocuments } from '../../../src/domain/document/revoke-documents.ts';
import type { TestApp } from '../../support/app.ts';
import { codegenManifest, digest } from '../../support/documents.ts';
import { learnSecret } from '../../support/secrets.ts';
import { startBothWays } from './both-ways.ts';
import { doorSchema } from './schema.ts';

/** Who asks at the two paths, and what is published there. */

export const WHO = 'query Who { who hello }';
export const NAMELESS = '{ hello }';
export const VALUE = 'query Value($value: Int) { echoInt(value: $value) }';
export const TOUCH = 'mutation Touch { thing { id } }';
export const WATCH = 'subscription Watch { count }';
export const TWO = 'query One { hello } query Two { who }';
export const REVOKED = 'query Revoked { hello }';
export const OTHERS = 'query Others { hello }';
export const id = digest(WHO);

/** The usual question. */
export const ok = JSON.stringify({ documentId: id });

/** By a name that a test can have in its title. */
type Credentials = Record<string, string | undefined>;

/** A partner with documents, another with others, and a credential of every kind. */
async function openDoorShop({ deps, config, partner }: TestApp): Promise<Credentials> {
  const { partnerId, apiKey } = await partner();
  const other = await partner('Other');
  const viewer = { kind: 'PARTNER' as const, partnerId, apiKeyId: 'key', scopes: new Set<never>() };
  const { customer } = await createCustomer(deps, viewer, { externalId: 'c' });
  const token = async (issuedAt: Date) => {
    const session = {
      partnerId,
      customerId: customer.id,
      scopes: [],
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + 3_600_000),
    };
    const signed = await signSessionToken(config.tokenSecret, session);
    learnSecret(signed);
    return signed;
  };
  const credentials = {
    none: undefined,
    key: `Bearer ${apiKey}`,
    'key, lower case': `bearer ${apiKey}`,
    'key without its scheme': apiKey,
    'key with a space too many': `Bearer  ${apiKey} `,
    session: `Bearer ${await token(new Date())}`,
    'expired session': `Bearer ${await token(new Date(Date.now() - 86_400_000))}`,
    'session of nobody': `Bearer ${(await token(new Date())).slice(0, -4)}AAAA`,
    administrator: `Bearer ${config.adminKey}`,
    'another partner': `Bearer ${other.apiKey}`,
    unknown: 'Bearer ksh_unknown',
    basic: 'Basic dXNlcjpwYXNz',
    empty: '',
    'only a scheme': 'Bearer',
  };
  const publish = (partner: string, name: string, ...texts: string[]) =>
    publishDocuments(deps, { partnerId: partner, name, manifest: codegenManifest(...texts) });
  await publish(partnerId, 'app', WHO, NAMELESS, VALUE, TOUCH, WATCH);
  await publish(partnerId, 'old', REVOKED);
  await publish(other.partnerId, 'app', OTHERS);
  await revokeDocuments(deps, { partnerId, name: 'old' });
  return credentials;
}

/** Both ways into that shop. `head` makes the headers of a request for JSON by one of its credentials; those that are undefined are left out. */
export async function openDoors() {
  const ways = await startBothWays({ schema: doorSchema });
  const credentials = await openDoorShop(ways.gateway);
  const head = (more: Record<string, string | undefined> = {}, credential = 'key'): Record<string, string> => {
    const all = { 'Content-Type': 'application/json', Authorization: credentials[credential], ...more };
    return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
  };
  return { ways, head };
}
