import type { ApiKey, Partner } from '../db/generated/client.ts';
import { createApiKey } from '../domain/access/create-api-key.ts';
import { createPartner } from '../domain/access/create-partner.ts';
import { createSessionToken } from '../domain/access/create-session-token.ts';
import { revokeApiKey } from '../domain/access/revoke-api-key.ts';
import { updatePartner } from '../domain/access/update-partner.ts';
import type { PartnerViewer, Viewer } from '../domain/access/viewer.ts';
import { InvalidInputError, NotFoundError } from '../errors.ts';
import { server, signedIn } from './access.ts';
import { builder } from './builder.ts';
import { DocumentPolicyEnum, ScopeEnum, ViewerKindEnum } from './enums.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { CustomerRef } from './refs.ts';

const node = builder.nodeInterfaceRef();

export const ApiKeyRef = builder.prismaObject('ApiKey', {
  description: 'A key of a partner’s server. The key itself is shown once, when it is made.',
  interfaces: [node],
  authScopes: { $any: { admin: true, server: 'ANY' } },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    prefix: t.exposeString('prefix', { description: 'The first characters of the key.' }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    scopes: t.expose('scopes', { type: [ScopeEnum], description: 'What it may do.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the hour.',
    }),
    revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'When it was revoked.' }),
  }),
});

export const PartnerRef = builder.prismaObject('Partner', {
  description: 'A tenant: a shop, lender or storefront with customers, keys and books of its own.',
  interfaces: [node],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    documentPolicy: t.expose('documentPolicy', {
      type: DocumentPolicyEnum,
      description: 'Which documents it may send.',
    }),
    transferFeeBasisPoints: t.exposeInt('transferFeeBasisPoints', {
      description: 'Fee on transfers between its wallets, in hundredths of a percent; the sender pays it.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    apiKeys: t.relation('apiKeys', {
      description: 'Its keys, oldest first, revoked ones included.',
      authScopes: { $any: { admin: true, server: 'ANY' } },
      query: { orderBy: { id: 'asc' }, take: 100 },
    }),
  }),
});

const ViewerRef = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who is asking, as the gateway sees it.',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: ViewerKindEnum,
      description: 'Administrator, partner’s server or customer’s session.',
    }),
    partner: t.prismaField({
      type: 'Partner',
      nullable: true,
      description: 'The partner in whose tenancy the caller acts. Null for the administrator.',
      resolve: (query, viewer, _args, { deps }) =>
        viewer.kind === 'ADMIN'
          ? null
          : deps.db.prisma.partner.findUnique({ ...query, where: { id: viewer.partnerId } }),
    }),
    customer: t.field({
      type: CustomerRef,
      nullable: true,
      description: 'The customer for whom a session acts.',
      resolve: (viewer, _args, { loaders }) =>
        viewer.kind === 'CUSTOMER' ? loaders.customer.load(viewer.customerId) : null,
    }),
    scopes: t.field({
      type: [ScopeEnum],
      description: 'What the caller may do. Empty for the administrator, who needs none.',
      resolve: (viewer) => (viewer.kind === 'ADMIN' ? [] : [...viewer.scopes].sort()),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerRef,
    description: 'Who is asking: an administrator, a partner’s server, or a customer’s session.',
    authScopes: { signedIn: true },
    resolve: (_root, _args, context) => signedIn(context),
  }),
);

/** The partner that an access mutation is about: the one named by the administrator, or the server's own. */
export function targetPartner(viewer: Viewer, partnerId: string | undefined): string {
  if (viewer.kind === 'ADMIN') {
    if (!partnerId) throw InvalidInputError.at('input.partnerId', 'is required of the administrator.');
    return partnerId;
  }
  if (partnerId && partnerId !== viewer.partnerId) throw new NotFoundError('The partner');
  return viewer.partnerId;
}

const PartnerCreateInput = builder.inputType('PartnerCreateInput', {
  description: 'A new partner.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name.' }),
    documentPolicy: t.field({
      type: DocumentPolicyEnum,
      required: true,
      defaultValue: 'OPEN',
      description: 'Which documents it may send.',
    }),
    transferFeeBasisPoints: t.int({
      required: true,
      defaultValue: 0,
      description: 'Fee on transfers, in hundredths of a percent; 0 to 1000.',
    }),
  }),
});
const PartnerCreateSuccess = builder.objectRef<{ partner: Partner }>('PartnerCreateSuccess').implement({
  description: 'The partner is there.',
  fields: (t) => ({ partner: t.expose('partner', { type: PartnerRef, description: 'The new partner.' }) }),
});
mutation('partnerCreate', {
  description: 'Creates a partner. The administrator’s.',
  auth: { admin: true },
  input: PartnerCreateInput,
  success: PartnerCreateSuccess,
  errors: [InvalidInputError],
  resolve: async (input, { deps }) => ({ partner: await createPartner(deps, input) }),
});

const PartnerUpdateInput = builder.inputType('PartnerUpdateInput', {
  description: 'What to change of a partner; what is left out stays.',
  fields: (t) => ({
    partnerId: t.id({ required: true, description: 'Which partner.' }),
    name: t.string({ description: 'Its name.' }),
    documentPolicy: t.field({ type: DocumentPolicyEnum, description: 'Which documents it may send.' }),
    transferFeeBasisPoints: t.int({ description: 'Fee on transfers, in hundredths of a percent; 0 to 1000.' }),
  }),
});
const PartnerUpdateSuccess = builder.objectRef<{ partner: Partner }>('PartnerUpdateSuccess').implement({
  description: 'The partner is changed.',
  fields: (t) => ({ partner: t.expose('partner', { type: PartnerRef, description: 'The partner as it is now.' }) }),
});
mutation('partnerUpdate', {
  description: 'Changes a partner. The administrator’s.',
  auth: { admin: true },
  input: PartnerUpdateInput,
  success: PartnerUpdateSuccess,
  errors: [NotFoundError, InvalidInputError],
  resolve: async (input, { deps }) => ({ partner: await updatePartner(deps, withoutNulls(input)) }),
});

const ApiKeyCreateInput = builder.inputType('ApiKeyCreateInput', {
  description: 'A new API key.',
  fields: (t) => ({
    partnerId: t.id({ description: 'For which partner; required of the administrator, the server’s own otherwise.' }),
    name: t.string({ required: true, description: 'What people call it.' }),
    scopes: t.field({
      type: [ScopeEnum],
      required: true,
      description: 'What it may do; a server grants no more than it has.',
    }),
  }),
});
const ApiKeyCreateSuccess = builder.objectRef<{ apiKey: ApiKey; secret: string }>('ApiKeyCreateSuccess').implement({
  description: 'The key is there. The secret is answered once and kept only as a hash.',
  fields: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKeyRef, description: 'The new key.' }),
    secret: t.exposeString('secret', { description: 'The key itself. It cannot be shown again.' }),
  }),
});
mutation('apiKeyCreate', {
  description: 'Makes an API key for a partner’s server.',
  auth: { adminOrServer: 'ANY' },
  input: ApiKeyCreateInput,
  success: ApiKeyCreateSuccess,
  errors: [NotFoundError, InvalidInputError],
  resolve: async ({ partnerId, name, scopes }, context) => {
    const viewer = signedIn(context);
    const excess = viewer.kind === 'ADMIN' ? undefined : scopes.find((scope) => !viewer.scopes.has(scope));
    if (excess)
      throw InvalidInputError.at('input.scopes', `${excess} cannot be granted: this API key does not have it.`);
    return createApiKey(context.deps, { partnerId: targetPartner(viewer, partnerId ?? undefined), name, scopes });
  },
});

const ApiKeyRevokeInput = builder.inputType('ApiKeyRevokeInput', {
  description: 'Which key to revoke.',
  fields: (t) => ({ apiKeyId: t.id({ required: true, description: 'The key.' }) }),
});
const ApiKeyRevokeSuccess = builder.objectRef<{ apiKey: ApiKey }>('ApiKeyRevokeSuccess').implement({
  description: 'The key is revoked.',
  fields: (t) => ({ apiKey: t.expose('apiKey', { type: ApiKeyRef, description: 'The key as it is now.' }) }),
});
mutation('apiKeyRevoke', {
  description: 'Revokes an API key for good.',
  auth: { adminOrServer: 'ANY' },
  input: ApiKeyRevokeInput,
  success: ApiKeyRevokeSuccess,
  errors: [NotFoundError],
  resolve: async ({ apiKeyId }, context) => {
    const viewer = signedIn(context);
    return { apiKey: await revokeApiKey(context.deps, viewer.kind === 'ADMIN' ? null : viewer.partnerId, apiKeyId) };
  },
});

const SessionTokenCreateInput = builder.inputType('SessionTokenCreateInput', {
  description: 'A token for one customer’s frontend.',
  fields: (t) => ({
    customerId: t.id({ required: true, description: 'For which customer it acts.' }),
    scopes: t.field({
      type: [ScopeEnum],
      description: 'What it may do; all that a session may and the key has, when left out.',
    }),
    ttlSeconds: t.int({ required: true, defaultValue: 900, description: 'How long it lives: 1 to 86400 seconds.' }),
  }),
});
const SessionTokenCreateSuccess = builder
  .objectRef<{ token: string; expiresAt: Date }>('SessionTokenCreateSuccess')
  .implement({
    description: 'The token.',
    fields: (t) => ({
      token: t.exposeString('token', { description: 'Send it as a bearer credential.' }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it stops working.' }),
    }),
  });
mutation('sessionTokenCreate', {
  description: 'Mints a short-lived token with which a frontend acts for one customer.',
  auth: { server: 'CUSTOMERS_WRITE' },
  input: SessionTokenCreateInput,
  success: SessionTokenCreateSuccess,
  errors: [NotFoundError, InvalidInputError],
  resolve: (input, context) =>
    createSessionToken(context.deps, server(context) satisfies PartnerViewer, withoutNulls(input)),
});
