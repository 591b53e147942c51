import type { ProviderAccount } from '../db/generated/client.ts';
import { createProviderAccount, updateProviderAccount } from '../domain/provider/create-provider-account.ts';
import { webhookUrl } from '../domain/provider/public-url.ts';
import { type AccountCredentials, openCredentials } from '../domain/provider/settings.ts';
import { requestSync } from '../domain/service/request-sync.ts';
import { applicationTokens } from '../domain/wallet/credentials.ts';
import { ConflictError, InvalidInputError, NotFoundError, NotSupportedError } from '../errors.ts';
import { signedIn } from './access.ts';
import { builder } from './builder.ts';
import { CredentialInput, CredentialRef, keptCredential } from './credential.ts';
import { ProviderCodeEnum } from './enums.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { targetPartner } from './partner.ts';
import { ProviderRef, providerByCode } from './provider.ts';

export const ProviderAccountRef = builder.prismaObject('ProviderAccount', {
  description: 'A partner’s account at a provider.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { $any: { admin: true, server: 'ANY' } },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    provider: t.field({
      type: ProviderRef,
      description: 'At whom.',
      resolve: ({ provider }) => providerByCode(provider),
    }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    baseUrl: t.field({
      type: 'URL',
      description: 'Where the provider is reached.',
      // a user or password in front of the host would be a secret
      resolve: ({ baseUrl }) => new URL(baseUrl).origin + new URL(baseUrl).pathname,
    }),
    isDefault: t.exposeBoolean('isDefault', { description: 'Does it answer where none is named?' }),
    webhookUrl: t.field({
      type: 'URL',
      description:
        'Where the provider calls us; paste it into the provider’s settings where it cannot be told by itself.',
      resolve: (account, _args, { deps }) => webhookUrl(deps, account),
    }),
    credentials: t.field({
      type: [CredentialRef],
      description: 'What is kept of it, by name, and the tokens that were bought with it and are in use.',
      resolve: (account, _args, { deps }) => [
        ...Object.keys(openCredentials(deps.vault, account))
          .sort()
          .map((name) => keptCredential(name, account.rejectedAt !== null)),
        ...applicationTokens(deps, account),
      ],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was added.' }),
    disabledAt: t.expose('disabledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is not used; what is in flight ends through it.',
    }),
  }),
});

builder.prismaObjectField('Partner', 'providerAccounts', (t) =>
  t.relation('providerAccounts', {
    description: 'Its accounts at providers, oldest first.',
    authScopes: { $any: { admin: true, server: 'ANY' } },
    query: { orderBy: { id: 'asc' }, take: 100 },
  }),
);

const MAX_VALUE = 10_000;

/** @throws InvalidInputError for a name that is none or comes twice, or a value that nobody would have issued */
function credentialsOf(list: readonly { name: string; value: string }[]): AccountCredentials {
  const names = new Set<string>();
  const issues = list.flatMap(({ name, value }, index) => {
    const path = ['input', 'credentials', String(index)];
    const twice = names.has(name);
    names.add(name);
    if (!/^[a-z][A-Za-z0-9]{0,63}$/.test(name) || name === 'baseUrl')
      return [{ path: [...path, 'name'], message: 'is not the name of a credential.' }];
    if (twice) return [{ path: [...path, 'name'], message: 'comes twice.' }];
    return value.length > MAX_VALUE ? [{ path: [...path, 'value'], message: 'is too long.' }] : [];
  });
  if (issues.length > 0) throw new InvalidInputError(issues);
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
}

const ProviderAccountCreateInput = builder.inputType('ProviderAccountCreateInput', {
  description: 'A new account. Credentials are checked against the provider’s own rules and kept encrypted.',
  fields: (t) => ({
    partnerId: t.id({ description: 'For which partner; required of the administrator, the server’s own otherwise.' }),
    provider: t.field({ type: ProviderCodeEnum, required: true, description: 'At whom.' }),
    name: t.string({ required: true, description: 'What people call it; one account per name.' }),
    baseUrl: t.field({ type: 'URL', description: 'Where the provider is reached.' }),
    credentials: t.field({ type: [CredentialInput], required: true, description: 'What the provider has issued.' }),
    isDefault: t.boolean({
      description: 'Shall it answer where none is named? The first account at a provider does anyway.',
    }),
  }),
});
const ProviderAccountUpdateInput = builder.inputType('ProviderAccountUpdateInput', {
  description: 'What to change of an account; what is left out stays.',
  fields: (t) => ({
    providerAccountId: t.id({ required: true, description: 'Which account.' }),
    name: t.string({ description: 'What people call it.' }),
    baseUrl: t.field({ type: 'URL', description: 'Where the provider is reached.' }),
    credentials: t.field({
      type: [CredentialInput],
      description: 'Those that are named replace those of that name; the others stay.',
    }),
    isDefault: t.boolean({ description: 'Shall it answer where none is named?' }),
    disabled: t.boolean({ description: 'True: nothing new goes through it. False: it is used again.' }),
  }),
});

/** The success of a mutation that answers the account. */
const accountSuccess = (name: string, description: string) =>
  builder.objectRef<{ providerAccount: ProviderAccount }>(name).implement({
    description,
    fields: (t) => ({
      providerAccount: t.expose('providerAccount', {
        type: ProviderAccountRef,
        description: 'The account as it is now.',
      }),
    }),
  });

const errors = [NotFoundError, InvalidInputError, ConflictError, NotSupportedError];

mutation('providerAccountCreate', {
  description: 'Adds an account at a provider; its catalogue is read at once.',
  auth: { adminOrServer: 'CONNECTIONS_WRITE' },
  input: ProviderAccountCreateInput,
  success: accountSuccess('ProviderAccountCreateSuccess', 'The account is there.'),
  errors,
  resolve: async ({ partnerId, baseUrl, credentials, ...input }, context) => ({
    providerAccount: await createProviderAccount(context.deps, {
      ...withoutNulls(input),
      partnerId: targetPartner(signedIn(context), partnerId ?? undefined),
      // without one the provider's own rules say what is missing
      baseUrl: baseUrl ?? '',
      credentials: credentialsOf(credentials),
    }),
  }),
});

mutation('providerAccountUpdate', {
  description: 'Changes an account at a provider; its catalogue is read again.',
  auth: { adminOrServer: 'CONNECTIONS_WRITE' },
  input: ProviderAccountUpdateInput,
  success: accountSuccess('ProviderAccountUpdateSuccess', 'The account is changed.'),
  errors,
  resolve: async ({ credentials, ...input }, context) => {
    const viewer = signedIn(context);
    const providerAccount = await updateProviderAccount(
      context.deps,
      viewer.kind === 'ADMIN' ? null : viewer.partnerId,
      {
        ...withoutNulls(input),
        credentials: credentials ? credentialsOf(credentials) : undefined,
      },
    );
    await requestSync(context.deps, providerAccount.id);
    return { providerAccount };
  },
});
