import type { ProviderAccount, ProviderWebhook } from '../db/generated/client.ts';
import { webhookUrl } from '../domain/provider/public-url.ts';
import { connectorOf } from '../domain/provider/store.ts';
import { isActive, removeWebhook, rotateKey, testWebhook } from '../domain/webhook/manage-webhook.ts';
import { registerWebhook } from '../domain/webhook/register-webhook.ts';
import { visibleWebhooks, webhookOfWallet } from '../domain/webhook/store.ts';
import { ConflictError, InvalidInputError, NotFoundError, NotSupportedError, StateError } from '../errors.ts';
import { idPrefixes } from '../lib/ids.ts';
import { server, signedIn } from './access.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { described } from './described.ts';
import { PaymentDirectionEnum } from './enums.ts';
import { providerErrors } from './errors.ts';
import { mutation } from './mutation.ts';
import { withoutNulls } from './nulls.ts';
import { ProviderAccountRef } from './provider-account.ts';
import { WalletRef } from './refs.ts';

const WebhookRegistrationEnum = described('WebhookRegistration', 'How a provider is told where to call us.', {
  API: 'We register it, wallet by wallet.',
  MANUAL: 'Somebody pastes the address into the provider’s settings.',
  PER_CALL: 'It travels with each request.',
});

/** A webhook that was registered, or the address that somebody pastes by hand: then there is no row. */
interface WebhookView {
  row: ProviderWebhook | null;
  account: ProviderAccount;
}

/** The id of an account's own address: its account's, with another prefix. */
const idOf = ({ row, account }: WebhookView): string =>
  row?.id ?? account.id.replace(idPrefixes.ProviderAccount, idPrefixes.ProviderWebhook);

/** When an account's own address was last called. */
async function lastCall({ row, account }: WebhookView, { deps }: Context): Promise<Date | null> {
  if (row) return row.lastReceivedAt;
  const where = { providerAccountId: account.id };
  const { _max } = await deps.db.prisma.webhookReceipt.aggregate({ where, _max: { receivedAt: true } });
  return _max.receivedAt;
}

export const ProviderWebhookRef = builder.objectRef<WebhookView>('ProviderWebhook').implement({
  description: 'How a provider was told to call us.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { $any: { admin: true, server: 'ANY' } },
  fields: (t) => ({
    id: t.id({ description: 'Its id.', resolve: idOf }),
    providerAccount: t.field({
      type: ProviderAccountRef,
      description: 'The account at the provider.',
      resolve: ({ account }) => account,
    }),
    wallet: t.field({
      type: WalletRef,
      nullable: true,
      description: 'The wallet of which it tells; null where one address serves the whole account.',
      resolve: ({ row }, _args, { loaders }) => (row ? loaders.wallet.load(row.walletId) : null),
    }),
    registration: t.field({
      type: WebhookRegistrationEnum,
      description: 'How the provider is told.',
      resolve: ({ account }, _args, { deps }) => connectorOf(deps, account).webhooks?.registration ?? 'MANUAL',
    }),
    reference: t.string({
      nullable: true,
      description: 'The provider’s id of it.',
      resolve: ({ row }) => row?.reference ?? null,
    }),
    url: t.field({
      type: 'URL',
      description: 'Where it calls.',
      resolve: ({ row, account }, _args, { deps }) => row?.url ?? webhookUrl(deps, account),
    }),
    directions: t.field({
      type: [PaymentDirectionEnum],
      description: 'Of which payments it tells, seen from the wallet.',
      resolve: ({ row }) => (row?.directions ?? ['IN', 'OUT']) as ('IN' | 'OUT')[],
    }),
    active: t.boolean({
      description:
        'Does the provider call us by it? A registered one is asked for; one that was pasted by hand has shown itself once.',
      resolve: async (view, _args, context) =>
        view.row ? isActive(context.deps, view.row) : (await lastCall(view, context)) !== null,
    }),
    keyIssuedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when the present signature key is known here.',
      resolve: ({ row }) => row?.keyIssuedAt ?? null,
    }),
    lastReceivedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last genuine call came.',
      resolve: (view, _args, context) => lastCall(view, context),
    }),
    lastTestAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the last test call came.',
      resolve: ({ row }) => row?.lastTestAt ?? null,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was registered.',
      resolve: ({ row, account }) => row?.createdAt ?? account.createdAt,
    }),
  }),
});

builder.objectField(ProviderAccountRef, 'webhooks', (t) =>
  t.field({
    type: [ProviderWebhookRef],
    description: 'How the provider was told to call us: one for each wallet, or one address for the whole account.',
    resolve: async (account, _args, { deps }) => {
      const { webhooks } = connectorOf(deps, account);
      if (!webhooks) return [];
      if (webhooks.registration !== 'API') return [{ row: null, account }];
      const where = { providerAccountId: account.id, removedAt: null };
      const rows = await deps.db.prisma.providerWebhook.findMany({ where, orderBy: { id: 'asc' }, take: 100 });
      return rows.map((row) => ({ row, account }));
    },
  }),
);

builder.objectField(WalletRef, 'providerWebhook', (t) =>
  t.field({
    type: ProviderWebhookRef,
    nullable: true,
    description:
      'Where the provider sends news of this wallet, for providers that register it wallet by wallet; for the partner’s server.',
    resolve: async (wallet, _args, context) => {
      const viewer = signedIn(context);
      const row = viewer.kind === 'CUSTOMER' ? null : await webhookOfWallet(context.deps.db.prisma, wallet.id);
      return row && viewOf(context, row);
    },
  }),
);

async function viewOf({ deps }: Context, row: ProviderWebhook): Promise<WebhookView> {
  const where = { id: row.providerAccountId };
  return { row, account: await deps.db.prisma.providerAccount.findUniqueOrThrow({ where }) };
}

/** The webhook with this id, ready to be shown as a Node; null when the caller may not see it. */
export async function findWebhookById(context: Context, id: string): Promise<object | null> {
  const { prisma } = context.deps.db;
  const viewer = signedIn(context);
  const row = await prisma.providerWebhook.findFirst({ where: { AND: [{ id }, visibleWebhooks(viewer)] } });
  if (row) return viewOf(context, row);
  if (viewer.kind === 'CUSTOMER') return null;
  const accountId = id.replace(idPrefixes.ProviderWebhook, idPrefixes.ProviderAccount);
  const where = { id: accountId, ...(viewer.kind === 'PARTNER' ? { partnerId: viewer.partnerId } : {}) };
  const account = await prisma.providerAccount.findFirst({ where });
  const registration = account && connectorOf(context.deps, account).webhooks?.registration;
  return registration && registration !== 'API' ? { row: null, account } : null;
}

const ProviderWebhookRegisterInput = builder.inputType('ProviderWebhookRegisterInput', {
  description: 'Of which wallet a provider is to tell us.',
  fields: (t) => ({
    providerAccountId: t.id({ required: true, description: 'The account at the provider.' }),
    walletId: t.id({ description: 'The wallet; the account’s house wallet when left out.' }),
    directions: t.field({
      type: [PaymentDirectionEnum],
      description: 'Of which payments, seen from the wallet; both when left out.',
    }),
  }),
});
const ProviderWebhookIdInput = builder.inputType('ProviderWebhookIdInput', {
  description: 'Which webhook.',
  fields: (t) => ({ webhookId: t.id({ required: true, description: 'The webhook.' }) }),
});

/** The success of a mutation that answers the webhook. */
const webhookSuccess = (name: string, description: string) =>
  builder.objectRef<{ webhook: ProviderWebhook }>(name).implement({
    description,
    fields: (t) => ({
      webhook: t.field({
        type: ProviderWebhookRef,
        description: 'The webhook as it is now.',
        resolve: ({ webhook }, _args, context) => viewOf(context, webhook),
      }),
    }),
  });

const auth = { server: 'CONNECTIONS_WRITE' } as const;
const errors = [NotFoundError, StateError, NotSupportedError, ConflictError, InvalidInputError, ...providerErrors];

mutation('providerWebhookRegister', {
  description:
    'Tells the provider to call us, and fetches the key that its calls are signed with. Linking a wallet does it by itself.',
  auth,
  input: ProviderWebhookRegisterInput,
  success: webhookSuccess('ProviderWebhookRegisterSuccess', 'The provider calls us.'),
  errors,
  resolve: async (input, context) => ({
    webhook: await registerWebhook(context.deps, server(context), withoutNulls(input)),
  }),
});
mutation('providerWebhookRotateKey', {
  description:
    'Has the provider sign with a new key. The old one stops counting at once; what was signed with it is found in the history.',
  auth,
  input: ProviderWebhookIdInput,
  success: webhookSuccess('ProviderWebhookRotateKeySuccess', 'The new key counts.'),
  errors,
  resolve: async ({ webhookId }, context) => ({
    webhook: await rotateKey(context.deps, server(context), webhookId),
  }),
});
mutation('providerWebhookTest', {
  description: 'Asks the provider for a test call; `lastTestAt` moves when it arrives.',
  auth,
  input: ProviderWebhookIdInput,
  success: webhookSuccess('ProviderWebhookTestSuccess', 'The provider sends a test call.'),
  errors,
  resolve: async ({ webhookId }, context) => ({
    webhook: await testWebhook(context.deps, server(context), webhookId),
  }),
});
mutation('providerWebhookRemove', {
  description: 'Tells the provider not to call us any more. Removing it again answers it as it is.',
  auth,
  input: ProviderWebhookIdInput,
  success: webhookSuccess('ProviderWebhookRemoveSuccess', 'The provider calls no more.'),
  errors,
  resolve: async ({ webhookId }, context) => ({
    webhook: await removeWebhook(context.deps, server(context), webhookId),
  }),
});
