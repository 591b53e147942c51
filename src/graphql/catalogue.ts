import DataLoader from 'dataloader';
import { GraphQLError } from 'graphql';
import type {
  Place,
  ProviderAccount,
  ProviderErrorText,
  ProviderOptions,
  Service,
  ServiceCategory,
} from '../db/generated/client.ts';
import { answering, belongs, type Catalogue, inCatalogues, visibleCatalogues } from '../domain/service/catalogue.ts';
import { detailedServices } from '../domain/service/find-service.ts';
import { categoriesOf, type ServicePosition, servicesInCategories } from '../domain/service/store.ts';
import { signedIn } from './access.ts';
import type { Context } from './context.ts';
import type { Loaders } from './loaders.ts';

/** Services that one operation may have read one by one at their providers. */
const MAX_DETAILS = 100;

/** One page of a category. */
interface CategoryPage {
  categoryId: string;
  after: ServicePosition | undefined;
  take: number;
}

/** What an operation reads of catalogues, batched and cached. What the viewer may not see is null. */
export interface CatalogueLoaders {
  /** The catalogues that the viewer may read; found once. */
  all(): Promise<Catalogue[]>;
  /** The viewer's account at a provider that answers where none is named. */
  account(provider: string): Promise<ProviderAccount | null>;
  service: DataLoader<string, Service | null>;
  /** Any service, for payments that the viewer may see: also of catalogues that its partner has left. */
  anyService: DataLoader<string, Service | null>;
  /** The service with parameters and bounds, read at its provider when they are not fresh. */
  detailed: DataLoader<Service, Service, string>;
  categories: DataLoader<string, ServiceCategory[]>;
  category: DataLoader<string, ServiceCategory | null>;
  categoryPage: DataLoader<CategoryPage, Service[], string>;
  place: DataLoader<string, Place | null>;
  options: DataLoader<string, ProviderOptions | null>;
  errorTexts: DataLoader<string, ProviderErrorText[]>;
}

const made = new WeakMap<Loaders, CatalogueLoaders>();

/** The catalogue loaders of this operation: as fresh as its other loaders. */
export function catalogueOf(context: Context): CatalogueLoaders {
  const known = made.get(context.loaders) ?? createLoaders(context);
  made.set(context.loaders, known);
  return known;
}

function createLoaders(context: Context): CatalogueLoaders {
  const { deps } = context;
  const { prisma } = deps.db;
  let found: Promise<Catalogue[]> | null = null;
  const all = () => {
    found ??= visibleCatalogues(deps, prisma, signedIn(context));
    return found;
  };
  const visible = <Row extends { id: string; provider: string; origin: string }>(
    read: (ids: string[]) => Promise<Row[]>,
  ) =>
    new DataLoader<string, Row | null>(async (ids) => {
      const [rows, catalogues] = await Promise.all([read([...ids]), all()]);
      const byId = new Map(rows.filter((row) => belongs(row, catalogues)).map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    });
  return {
    all,
    account: async (provider) => answering(await all(), provider)[0]?.account ?? null,
    service: visible((ids) => prisma.service.findMany({ where: { id: { in: ids } } })),
    anyService: new DataLoader(async (ids) => {
      const rows = await prisma.service.findMany({ where: { id: { in: [...ids] } } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    detailed: detailLoader(context, all),
    categories: new DataLoader(async (ids) => {
      const categories = await categoriesOf(prisma, ids);
      return ids.map((id) => categories.get(id) ?? []);
    }),
    category: visible((ids) => prisma.serviceCategory.findMany({ where: { id: { in: ids } } })),
    categoryPage: categoryPages(context),
    place: visible((ids) => prisma.place.findMany({ where: { id: { in: ids } } })),
    ...providerLoaders(context, all),
  };
}

function detailLoader({ deps }: Context, all: CatalogueLoaders['all']): CatalogueLoaders['detailed'] {
  let left = MAX_DETAILS;
  return new DataLoader<Service, Service, string>(
    async (rows) => {
      const asked = await detailedServices(deps, await all(), rows.slice(0, left));
      const rest = rows.slice(left).map((row) => (row.detailedAt === null ? tooMany() : row));
      left -= asked.length;
      return [...asked, ...rest];
    },
    { cacheKeyFn: ({ id }) => id },
  );
}

const tooMany = (): GraphQLError =>
  new GraphQLError(`One operation reads the details of ${MAX_DETAILS} services at most. Ask for fewer of them.`, {
    extensions: { code: 'OPERATION_TOO_COMPLEX' },
  });

function categoryPages({ deps }: Context): CatalogueLoaders['categoryPage'] {
  const shape = ({ after, take }: CategoryPage) => JSON.stringify([after, take]);
  return new DataLoader<CategoryPage, Service[], string>(
    async (pages) => {
      const shapes = new Map(pages.map((page) => [shape(page), page]));
      const read = new Map<string, Map<string, Service[]>>();
      for (const [key, page] of shapes) {
        const ids = pages.filter((other) => shape(other) === key).map(({ categoryId }) => categoryId);
        read.set(key, await servicesInCategories(deps.db.prisma, ids, page));
      }
      return pages.map((page) => read.get(shape(page))?.get(page.categoryId) ?? []);
    },
    { cacheKeyFn: (page) => `${page.categoryId} ${shape(page)}` },
  );
}

function providerLoaders(
  { deps }: Context,
  all: CatalogueLoaders['all'],
): Pick<CatalogueLoaders, 'options' | 'errorTexts'> {
  const { prisma } = deps.db;
  /** The rows of the catalogue that answers for each provider. */
  const perProvider =
    <Row extends { provider: string; origin: string }>(read: (of: Catalogue[]) => Promise<Row[]>) =>
    async (codes: readonly string[]): Promise<Row[][]> => {
      const catalogues = answering(await all());
      const rows = catalogues.length === 0 ? [] : await read(catalogues);
      return codes.map((code) => {
        const first = catalogues.find(({ provider }) => provider === code);
        return first ? rows.filter((row) => belongs(row, [first])) : [];
      });
    };
  const options = perProvider((of) => prisma.providerOptions.findMany({ where: inCatalogues(of) }));
  return {
    options: new DataLoader(async (codes) => (await options(codes)).map((rows) => rows[0] ?? null)),
    errorTexts: new DataLoader(perProvider((of) => prisma.providerErrorText.findMany({ where: inCatalogues(of) }))),
  };
}
