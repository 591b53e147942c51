import type { ProviderNickname, WalletSecret } from '../connectors/wallets.ts';
import { askProvider } from '../domain/wallet/ask-provider.ts';
import { walletCredentials } from '../domain/wallet/credentials.ts';
import { ownerAtProvider, personOf } from '../domain/wallet/owner.ts';
import { restrictionsOf } from '../domain/wallet/restrictions.ts';
import { removePicture, setPicture, setSettings } from '../domain/wallet/settings.ts';
import type { WalletWithAccounts } from '../domain/wallet/store.ts';
import type { UpstreamWallet } from '../domain/wallet/upstream-wallet.ts';
import { InvalidInputError, NotFoundError, NotSupportedError, StateError } from '../errors.ts';
import { seesPersonalData, tenant } from './access.ts';
import { builder } from './builder.ts';
import { CredentialRef } from './credential.ts';
import { described as enumOf } from './described.ts';
import { NotificationPeriodEnum } from './enums.ts';
import { providerErrors } from './errors.ts';
import { mutation } from './mutation.ts';
import { AttributeRef } from './next-action.ts';
import { maskEmail, maskPerson, maskText, PersonRef } from './person.ts';
import { ProviderAccountRef } from './provider-account.ts';
import { WalletRef } from './refs.ts';
import { WalletIdInput, walletSuccess } from './wallet-results.ts';

/** A wallet as its provider describes it, and whose it is: that decides who may see it whole. */
type Described = UpstreamWallet & { customerId: string | null };

const WalletFeatureRef = builder.objectRef<{ code: string; enabled: boolean }>('WalletFeature').implement({
  description: 'Something that a provider lets this wallet do, or not.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'The provider’s word for it.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Is it on?' }),
  }),
});

const WalletSecretKindEnum = enumOf('WalletSecretKind', 'A secret of the owner’s at the provider.', {
  PASSWORD: 'The password of its site.',
  MOBILE_PIN: 'The PIN of its mobile application.',
  KIOSK_PIN: 'The PIN for its terminals.',
});

const WalletSecretRef = builder.objectRef<WalletSecret>('WalletSecret').implement({
  description: 'Whether the owner has set such a secret at the provider, and when it changes. Never the secret itself.',
  fields: (t) => ({
    kind: t.expose('kind', { type: WalletSecretKindEnum, description: 'What it is.' }),
    inUse: t.exposeBoolean('inUse', { description: 'Is it set?' }),
    changedAt: t.expose('changedAt', { type: 'DateTime', nullable: true, description: 'When it was changed last.' }),
    nextChangeAt: t.expose('nextChangeAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is to be changed next.',
    }),
  }),
});

const WalletNicknameRef = builder.objectRef<ProviderNickname>('WalletNickname').implement({
  description: 'The public name by which a wallet can be paid.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name.' }),
    canChange: t.exposeBoolean('canChange', { description: 'May the owner change it?' }),
    canUse: t.exposeBoolean('canUse', { description: 'Can it be used?' }),
    description: t.exposeString('description', { nullable: true, description: 'What the provider says of it.' }),
  }),
});

const WalletProfileRef = builder.objectRef<Described>('WalletProfile').implement({
  description: 'The account behind the wallet as its provider describes it.',
  fields: (t) => ({
    name: t.string({
      nullable: true,
      description: 'The owner’s name there. Masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: ({ name, customerId }, _args, context) =>
        name === null || seesPersonalData(context, customerId) ? name : (maskText(name) ?? null),
    }),
    pictureUrl: t.field({
      type: 'URL',
      nullable: true,
      description: 'The owner’s picture. Null as well for callers who may not see personal data.',
      resolve: ({ pictureUrl, customerId }, _args, context) =>
        seesPersonalData(context, customerId) ? pictureUrl : null,
    }),
    registeredAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was registered there.',
      resolve: ({ registeredAt }) => registeredAt ?? null,
    }),
    lastLoginAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the owner was last there.',
      resolve: ({ lastLoginAt }) => lastLoginAt ?? null,
    }),
    lastLoginIp: t.string({
      nullable: true,
      description: 'From which address. Null as well for callers who may not see personal data.',
      resolve: ({ lastLoginIp, customerId }, _args, context) =>
        seesPersonalData(context, customerId) ? (lastLoginIp ?? null) : null,
    }),
    language: t.string({
      nullable: true,
      description: 'The language in which the provider speaks to the owner, in its own words.',
      resolve: ({ language }) => language ?? null,
    }),
    mobileOperator: t.string({
      nullable: true,
      description: 'The operator of the owner’s phone, in the provider’s words.',
      resolve: ({ mobileOperator }) => mobileOperator ?? null,
    }),
    secrets: t.field({
      type: [WalletSecretRef],
      description: 'Which secrets the owner has set there. Empty where the provider does not tell.',
      resolve: ({ secrets }) => secrets ?? [],
    }),
    features: t.expose('features', { type: [WalletFeatureRef], description: 'What the wallet can do there.' }),
    attributes: t.field({
      type: [AttributeRef],
      description: 'What else the provider tells. What is personal is masked for callers who may not see it.',
      resolve: ({ attributes, customerId }, _args, context) =>
        seesPersonalData(context, customerId)
          ? attributes
          : attributes.map(({ name, value, personal }) => ({
              name,
              value: personal ? (maskText(value) ?? '') : value,
            })),
    }),
  }),
});

const WalletSettingsRef = builder.objectRef<{ said: Described | null }>('WalletSettings').implement({
  description: 'How the provider writes to the owner.',
  fields: (t) => ({
    email: t.field({
      type: 'EmailAddress',
      nullable: true,
      description: 'Where it writes to. Masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: ({ said }, _args, context) => {
        if (!said?.email) return null;
        return seesPersonalData(context, said.customerId) ? said.email : (maskEmail(said.email) ?? null);
      },
    }),
    statementPeriod: t.field({
      type: NotificationPeriodEnum,
      nullable: true,
      description: 'How often it sends statements; null: not at all, or nobody can say.',
      resolve: ({ said }) => said?.statementPeriod ?? null,
    }),
  }),
});

const WalletRestrictionRef = builder.objectRef<{ code: string; message: string }>('WalletRestriction').implement({
  description: 'What the provider does not let this wallet do.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'The provider’s code.' }),
    message: t.exposeString('message', { description: 'The provider’s words.' }),
  }),
});

const described = (wallet: WalletWithAccounts, said: UpstreamWallet | null): Described | null =>
  said && { ...said, customerId: wallet.customerId };

builder.objectFields(WalletRef, (t) => ({
  providerAccount: t.field({
    type: ProviderAccountRef,
    nullable: true,
    description: 'The account through which it is reached at its provider. Null for a LOCAL wallet, and for a session.',
    resolve: ({ providerAccountId }, _args, { deps, viewer }) =>
      providerAccountId && viewer?.kind !== 'CUSTOMER'
        ? deps.db.prisma.providerAccount.findUnique({ where: { id: providerAccountId } })
        : null,
  }),
  credentials: t.field({
    type: [CredentialRef],
    description: 'Keys and tokens kept for this wallet: names and dates, never values.',
    resolve: (wallet, _args, { deps }) => walletCredentials(deps, wallet),
  }),
  person: t.field({
    type: PersonRef,
    nullable: true,
    description:
      'The owner as the provider has them on file. Masked unless the caller is the owner or has PERSONAL_DATA_READ. Null where nothing is on file, for LOCAL wallets, and when the provider cannot say.',
    resolve: async (wallet, _args, context) => {
      const owner = await ownerAtProvider(context.deps, wallet);
      if (!owner) return null;
      return seesPersonalData(context, wallet.customerId) ? personOf(owner) : maskPerson(personOf(owner));
    },
  }),
  profile: t.field({
    type: WalletProfileRef,
    nullable: true,
    description: 'The account at the provider. Null for LOCAL wallets and when the provider cannot say.',
    resolve: async (wallet, _args, { loaders }) => described(wallet, await loaders.upstreamWallet.load(wallet)),
  }),
  settings: t.field({
    type: WalletSettingsRef,
    description: 'How the provider writes to the owner. Empty for LOCAL wallets and when the provider cannot say.',
    resolve: async (wallet, _args, { loaders }) => ({
      said: described(wallet, await loaders.upstreamWallet.load(wallet)),
    }),
  }),
  nickname: t.field({
    type: WalletNicknameRef,
    nullable: true,
    description: 'Its public name. Null where its provider gives none or cannot say, and for LOCAL wallets.',
    resolve: (wallet, _args, { deps }) =>
      askProvider(deps, wallet, ({ connector, call }) => connector.profiles?.nickname?.(call)),
  }),
  restrictions: t.field({
    type: [WalletRestrictionRef],
    description: 'What the provider does not let it do, and why. Empty where there is nothing, or nobody can say.',
    resolve: async (wallet, _args, { deps, loaders }) =>
      (await restrictionsOf(deps, wallet)) ?? (await loaders.upstreamWallet.load(wallet))?.restrictions ?? [],
  }),
}));

const errors = [NotFoundError, InvalidInputError, StateError, NotSupportedError, ...providerErrors];

const WalletSetSettingsInput = builder.inputType('WalletSetSettingsInput', {
  description: 'What to change; what is left out stays.',
  fields: (t) => ({
    walletId: t.id({ required: true, description: 'Which wallet.' }),
    email: t.field({ type: 'EmailAddress', description: 'Where the provider writes to.' }),
    statementPeriod: t.field({
      type: NotificationPeriodEnum,
      description: 'How often it sends statements; null: not at all.',
    }),
  }),
});
mutation('walletSetSettings', {
  description: 'Changes how the provider writes to the owner.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletSetSettingsInput,
  success: walletSuccess('WalletSetSettingsSuccess', 'The settings are changed.'),
  errors,
  resolve: async ({ walletId, email, statementPeriod }, context) => ({
    // null means something here: no statements
    wallet: await setSettings(context.deps, tenant(context), { walletId, email: email ?? undefined, statementPeriod }),
  }),
});

const WalletSetPictureInput = builder.inputType('WalletSetPictureInput', {
  description: 'A picture: JPEG or PNG, 10 MB at most.',
  fields: (t) => ({
    walletId: t.id({ required: true, description: 'Which wallet.' }),
    file: t.field({ type: 'Upload', required: true, description: 'The file.' }),
  }),
});
mutation('walletSetPicture', {
  description: 'Puts up the owner’s picture at the provider.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletSetPictureInput,
  success: walletSuccess('WalletSetPictureSuccess', 'The picture is up.'),
  errors,
  resolve: async ({ walletId, file }, context) => ({
    wallet: await setPicture(context.deps, tenant(context), { walletId, content: file }),
  }),
});
mutation('walletRemovePicture', {
  description: 'Takes the owner’s picture down at the provider.',
  auth: { write: 'WALLETS_WRITE' },
  input: WalletIdInput,
  success: walletSuccess('WalletRemovePictureSuccess', 'The picture is down.'),
  errors,
  resolve: async ({ walletId }, context) => ({ wallet: await removePicture(context.deps, tenant(context), walletId) }),
});
