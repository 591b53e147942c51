import type { PaymentTemplate } from '../db/generated/client.ts';
import { reachTemplates } from '../domain/template/at-provider.ts';
import { publishedUpstream, refreshTemplate, refreshTemplates } from '../domain/template/mirror-templates.ts';
import { listTemplates, openSecrets, STRANGER } from '../domain/template/store.ts';
import { checkPhone } from '../domain/wallet/phone.ts';
import { findWalletByPhone, type WalletWithAccounts } from '../domain/wallet/store.ts';
import { present } from '../lib/assert.ts';
import { seesPersonalData, signedIn } from './access.ts';
import { builder } from './builder.ts';
import { catalogueOf } from './catalogue.ts';
import { type Page, pageByIdDescending } from './connection.ts';
import type { Context } from './context.ts';
import { described } from './described.ts';
import { badInput } from './errors.ts';
import { forwardArgs, forwardPage, fromCursor, listComplexity, toCursor, wantedSize } from './forward-page.ts';
import { MoneyRef, money } from './money.ts';
import { maskPhone } from './person.ts';
import { PaymentTemplateRef, WalletRef } from './refs.ts';
import { ServiceRef } from './service.ts';
import { ServiceParameterValueRef } from './service-parameter-value.ts';
import { walletPhone } from './wallet.ts';
import { wordsFor } from './words.ts';

export const TemplateVisibilityEnum = described('TemplateVisibility', 'Who may see a payment template.', {
  PRIVATE: 'Its owner.',
  PUBLIC: 'Also others who know the owner’s phone.',
});

/** Values as this caller may see them: what was published is for everybody. */
function values(template: PaymentTemplate, context: Context): Record<string, string> {
  const { values: whole } = openSecrets(context.deps.vault, template);
  if (template.visibility === 'PUBLIC' || seesPersonalData(context, template.customerId)) return whole;
  return Object.fromEntries(Object.entries(whole).map(([id, value]) => [id, `•••${value.slice(-4)}`]));
}

async function ownerPhone(template: PaymentTemplate, context: Context): Promise<string | null> {
  if (template.walletId === STRANGER) {
    const phone = openSecrets(context.deps.vault, template).ownerPhone ?? null;
    return phone && !seesPersonalData(context, null) ? maskPhone(phone) : phone;
  }
  const wallet = await context.loaders.counterparty.load(template.walletId);
  return wallet && walletPhone(wallet, context);
}

PaymentTemplateRef.implement({
  description: 'A payment to a service that is made again and again: what is filled in, and what of it may be changed.',
  interfaces: [builder.nodeInterfaceRef()],
  authScopes: { scope: 'PAYMENTS_READ' },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id.' }),
    name: t.string({
      description: 'What its owner calls it.',
      resolve: ({ name, customerId }, _args, context) => wordsFor(context, [customerId], name) ?? '',
    }),
    visibility: t.expose('visibility', { type: TemplateVisibilityEnum, description: 'Who may see it.' }),
    service: t.field({
      type: ServiceRef,
      description: 'Whom it pays.',
      resolve: async ({ serviceId }, _args, context) =>
        present(await catalogueOf(context).anyService.load(serviceId), 'the service of a template'),
    }),
    amount: t.field({
      type: MoneyRef,
      nullable: true,
      description: 'How much; null where it is filled in each time.',
      resolve: ({ amountMinor, currency }) => (amountMinor === null ? null : money(amountMinor, currency)),
    }),
    amountLocked: t.exposeBoolean('amountLocked', { description: 'The amount is not to be changed.' }),
    parameters: t.field({
      type: [ServiceParameterValueRef],
      description:
        'What is filled in. Masked unless it is PUBLIC, the caller’s own, or the caller has PERSONAL_DATA_READ.',
      resolve: async (template, _args, context) => {
        const service = await catalogueOf(context).anyService.load(template.serviceId);
        const asked = (service?.parameters ?? []) as { id: string; title: string }[];
        return Object.entries(values(template, context)).map(([id, value]) => ({
          id,
          value,
          title: asked.find((parameter) => parameter.id === id)?.title ?? null,
        }));
      },
    }),
    lockedParameters: t.exposeStringList('lockedParameters', { description: 'Parameters that are not to be changed.' }),
    owner: t.field({
      type: WalletRef,
      nullable: true,
      description: 'The wallet that it belongs to, where the caller may see it.',
      resolve: ({ walletId }, _args, { loaders }) => (walletId === STRANGER ? null : loaders.wallet.load(walletId)),
    }),
    ownerPhone: t.field({
      type: 'PhoneNumber',
      nullable: true,
      description: 'The owner’s phone. Masked unless the caller is the owner or has PERSONAL_DATA_READ.',
      resolve: (template, _args, context) => ownerPhone(template, context),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made, or first seen here.' }),
  }),
});

const PaymentTemplateConnection = builder.connectionObject(
  { name: 'PaymentTemplateConnection', type: PaymentTemplateRef, description: 'A page of payment templates.' },
  { name: 'PaymentTemplateEdge', description: 'A payment template and its place in the list.' },
);

interface TemplateArgs {
  first?: number | null;
  after?: string | null;
  visibility?: 'PRIVATE' | 'PUBLIC' | null;
  ownerPhone?: string | null;
  serviceId?: string | null;
}

async function ownPage(wallet: WalletWithAccounts, args: TemplateArgs, context: Context) {
  // the administrator reads what is kept and never asks in a partner's name
  if (signedIn(context).kind !== 'ADMIN') await refreshTemplates(context.deps, wallet);
  return keptPage([wallet.id], args, context);
}

function keptPage(walletIds: string[], { first, after, visibility, serviceId }: TemplateArgs, context: Context) {
  const filter = { visibility: visibility ?? undefined, serviceId: serviceId ?? undefined };
  return pageByIdDescending<PaymentTemplate>({ first: first ?? null, after: after ?? null }, (page) =>
    listTemplates(context.deps.db.prisma, walletIds, filter, page),
  );
}

async function publishedPage(
  wallet: WalletWithAccounts,
  phone: string,
  args: TemplateArgs,
  context: Context,
): Promise<Page<PaymentTemplate>> {
  if (args.visibility !== 'PUBLIC') throw badInput('ownerPhone: only what is PUBLIC can be asked for by phone.');
  checkPhone(phone, 'ownerPhone');
  const { deps } = context;
  const upstream = signedIn(context).kind === 'ADMIN' ? null : await reachTemplates(deps, wallet);
  if (!upstream) {
    const hash = deps.vault.fingerprint(phone);
    const owner = await findWalletByPhone(deps.db.prisma, wallet.partnerId, hash, wallet.provider);
    return keptPage(owner ? [owner.id] : [], args, context);
  }
  const after = fromCursor(args.after, ([kind, page, size, seen]) =>
    kind === 't' && (typeof page === 'string' || page === null) && isCount(size) && isCount(seen) && size > 0
      ? { page, size, seen }
      : null,
  );
  const service = args.serviceId ? await catalogueOf(context).service.load(args.serviceId) : null;
  if (args.serviceId && !service) return forwardPage([], false, args);
  const wanted = { ownerPhone: phone, service, after, take: wantedSize(args) };
  const found = await publishedUpstream(deps, wallet, upstream, wanted);
  const edges = found.items.map(({ row, position: { page, size, seen } }) => ({
    node: row,
    cursor: toCursor(['t', page, size, seen]),
  }));
  return forwardPage(edges, found.more, args);
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 100;

builder.objectField(WalletRef, 'paymentTemplates', (t) =>
  t.field({
    type: PaymentTemplateConnection,
    description: 'The wallet’s own; with PUBLIC and `ownerPhone` those that another owner has published.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: {
      ...forwardArgs,
      visibility: t.arg({ type: TemplateVisibilityEnum, description: 'Only those that these may see.' }),
      ownerPhone: t.arg({
        type: 'PhoneNumber',
        description: 'Of the owner with this phone; only together with PUBLIC.',
      }),
      serviceId: t.arg.id({ description: 'Only those that pay this service.' }),
    },
    complexity: listComplexity,
    resolve: (wallet, args, context) =>
      args.ownerPhone ? publishedPage(wallet, args.ownerPhone, args, context) : ownPage(wallet, args, context),
  }),
);

builder.queryField('paymentTemplate', (t) =>
  t.field({
    type: PaymentTemplateRef,
    nullable: true,
    description: 'One payment template by its id, as its provider has it now where a provider keeps it.',
    authScopes: { scope: 'PAYMENTS_READ' },
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: async (_root, { id }, context) => {
      const template = await context.loaders.template.load(id);
      if (!template || signedIn(context).kind === 'ADMIN') return template;
      return refreshTemplate(context.deps, template);
    },
  }),
);
