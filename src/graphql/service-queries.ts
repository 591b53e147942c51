import type { Service } from '../db/generated/client.ts';
import {
  serviceForOperator,
  servicesAtPlace,
  servicesForCard,
  suggestedServices,
} from '../domain/service/ask-services.ts';
import { answering } from '../domain/service/catalogue.ts';
import { searchedLive, searchLive } from '../domain/service/search-live.ts';
import { serviceForPhone } from '../domain/service/service-of-phone.ts';
import { listCategories, listServices } from '../domain/service/store.ts';
import { checkPhone } from '../domain/wallet/phone.ts';
import { builder } from './builder.ts';
import { catalogueOf } from './catalogue.ts';
import type { Page } from './connection.ts';
import type { Context } from './context.ts';
import { ProviderCodeEnum } from './enums.ts';
import { badInput } from './errors.ts';
import { forwardArgs, forwardPage, fromCursor, listComplexity, toCursor, wantedSize } from './forward-page.ts';
import { afterService, ServiceCategoryRef, ServiceConnection, ServiceRef, serviceCursor } from './service.ts';

interface ServicesArgs {
  first?: number | null;
  after?: string | null;
  search?: string | null;
  categoryId?: string | null;
  placeId?: string | null;
  provider?: string | null;
}

async function servicePage(args: ServicesArgs, context: Context): Promise<Page<Service>> {
  const size = wantedSize(args);
  if (args.placeId) return placePage(args, args.placeId, context);
  const catalogues = answering(await catalogueOf(context).all(), args.provider ?? undefined);
  const filter = {
    search: args.search ?? undefined,
    categoryId: args.categoryId ?? undefined,
    after: afterService(args.after),
    take: size + 1,
  };
  const asked = args.provider && args.search?.trim() ? searchedLive(context.deps, catalogues) : undefined;
  const rows = asked
    ? await searchLive(context.deps, asked, filter)
    : await listServices(context.deps.db.prisma, catalogues, filter);
  const edges = rows.slice(0, size).map((node) => ({ node, cursor: serviceCursor(node) }));
  return forwardPage(edges, rows.length > size, args);
}

/** Services at a place: the provider is asked, so the cursor says where its list goes on. */
async function placePage(args: ServicesArgs, placeId: string, context: Context): Promise<Page<Service>> {
  const loaders = catalogueOf(context);
  const after = fromCursor(args.after, ([kind, page, size, seen]) =>
    kind === 'p' && (typeof page === 'string' || page === null) && isCount(size) && isCount(seen) && size > 0
      ? { page, size, seen }
      : null,
  );
  const place = await loaders.place.load(placeId);
  const category = args.categoryId ? await loaders.category.load(args.categoryId) : null;
  const none = !place || (args.categoryId && category?.provider !== place.provider);
  if (none || (args.provider && args.provider !== place.provider)) return forwardPage([], false, args);
  const found = await servicesAtPlace(context.deps, context.deps.db.prisma, await loaders.all(), {
    place,
    search: args.search?.trim() || undefined,
    categoryReference: category?.providerReference,
    after,
    take: wantedSize(args),
  });
  const edges = found.items.map(({ row, position: { page, size, seen } }) => ({
    node: row,
    cursor: toCursor(['p', page, size, seen]),
  }));
  return forwardPage(edges, found.more, args);
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 100;

const MAX_SUGGESTIONS = 20;

builder.queryFields((t) => ({
  serviceCategories: t.field({
    type: [ServiceCategoryRef],
    description: 'The shelves of the catalogues that the caller’s partner can pay from, by name.',
    authScopes: { signedIn: true },
    args: { provider: t.arg({ type: ProviderCodeEnum, description: 'Of this provider only.' }) },
    resolve: async (_root, { provider }, context) =>
      listCategories(context.deps.db.prisma, answering(await catalogueOf(context).all(), provider ?? undefined)),
  }),
  service: t.field({
    type: ServiceRef,
    nullable: true,
    description: 'One service by its id. Null when there is none, or the provider has it no longer.',
    authScopes: { signedIn: true },
    args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
    resolve: async (_root, { id }, context) => {
      const service = await catalogueOf(context).service.load(id);
      return service?.removedAt === null ? service : null;
    },
  }),
  services: t.field({
    type: ServiceConnection,
    description: 'Services that the caller’s partner can pay, by name; all conditions must hold.',
    authScopes: { signedIn: true },
    args: {
      ...forwardArgs,
      search: t.arg.string({
        description:
          'Each of these words stands in the name or the keywords. With `provider`, one that publishes no list is asked.',
      }),
      categoryId: t.arg.id({ description: 'In this category.' }),
      placeId: t.arg.id({ description: 'Offered at this place; the provider is asked and its own order is kept.' }),
      provider: t.arg({ type: ProviderCodeEnum, description: 'Of this provider.' }),
    },
    complexity: listComplexity,
    resolve: (_root, args, context) => servicePage(args, context),
  }),
}));

builder.queryFields((t) => ({
  serviceForPhone: t.field({
    type: ServiceRef,
    nullable: true,
    description:
      'The mobile operator’s service for a phone number (number portability respected where the provider knows it).',
    authScopes: { signedIn: true },
    args: { phone: t.arg({ type: 'PhoneNumber', required: true, description: 'Whose operator is looked for.' }) },
    resolve: async (_root, { phone }, context) =>
      serviceForPhone(
        context.deps,
        context.deps.db.prisma,
        await catalogueOf(context).all(),
        checkPhone(phone, 'phone'),
      ),
  }),
  serviceForOperator: t.field({
    type: ServiceRef,
    nullable: true,
    description: 'The same from number-portability data.',
    authScopes: { signedIn: true },
    args: {
      operator: t.arg.string({ required: true, description: 'The operator’s code.' }),
      region: t.arg.string({ required: true, description: 'The region’s code.' }),
    },
    resolve: async (_root, input, context) =>
      serviceForOperator(context.deps, context.deps.db.prisma, await catalogueOf(context).all(), input),
  }),
  servicesForCard: t.field({
    type: [ServiceRef],
    description: 'Services that pay out to the card with this number. The number is not kept.',
    authScopes: { signedIn: true },
    args: { number: t.arg.string({ required: true, description: 'The card’s number, 12 to 19 digits.' }) },
    resolve: async (_root, { number }, context) =>
      servicesForCard(context.deps, context.deps.db.prisma, await catalogueOf(context).all(), number),
  }),
  serviceSuggestions: t.field({
    type: [ServiceRef],
    description: 'Services paid most often in the last month.',
    authScopes: { signedIn: true },
    args: {
      first: t.arg.int({ required: true, defaultValue: 5, description: `How many; at most ${MAX_SUGGESTIONS}.` }),
      placeId: t.arg.id({ description: 'Of those that are offered at this place.' }),
    },
    resolve: async (_root, { first, placeId }, context) => {
      if (first < 1 || first > MAX_SUGGESTIONS) throw badInput(`first: must be from 1 to ${MAX_SUGGESTIONS}.`);
      const loaders = catalogueOf(context);
      const place = placeId ? await loaders.place.load(placeId) : undefined;
      if (place === null) return [];
      return suggestedServices(context.deps, context.deps.db.prisma, await loaders.all(), { take: first, place });
    },
  }),
}));
