import type { Tx } from '../../db/client.ts';
import type { Service } from '../../db/generated/client.ts';
import { ProviderRejectedError, ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { checkPhone } from '../wallet/phone.ts';
import { glimpseOf } from './ask-services.ts';
import {
  answering,
  askEach,
  type Catalogue,
  type CatalogueDeps,
  type LiveCatalogue,
  live,
  partnerCatalogues,
} from './catalogue.ts';
import { keptServices, serviceOfPrefix } from './store.ts';

/**
 * The mobile operator's service for a phone. The provider is asked (number portability respected), then its table of
 * prefixes, then its search.
 * @param path where the phone stands in the input
 * @throws InvalidInputError; ProviderUnavailableError, ProviderRejectedError when it could not be asked and no table tells
 */
export async function serviceOfPhone(
  deps: CatalogueDeps,
  tx: Tx,
  partnerId: string,
  phone: string,
  path = 'phone',
): Promise<Service | null> {
  return serviceForPhone(deps, tx, await partnerCatalogues(deps, tx, partnerId), checkPhone(phone, path));
}

/** The same in these catalogues; the first that knows the phone answers. */
export async function serviceForPhone(
  deps: CatalogueDeps,
  tx: Tx,
  catalogues: readonly Catalogue[],
  phone: string,
): Promise<Service | null> {
  const askable = live(deps, answering(catalogues)).filter(({ connector }) => connector.services);
  const found = await askEach(askable, (catalogue) => byPhone(deps, tx, catalogue, phone));
  return found.find((service) => service !== null) ?? null;
}

async function byPhone(deps: CatalogueDeps, tx: Tx, catalogue: LiveCatalogue, phone: string): Promise<Service | null> {
  const { services } = catalogue.connector;
  const ask = { wallet: null };
  const kept = async (found: Parameters<typeof keptServices>[2]) =>
    (await keptServices(tx, catalogue, found, glimpseOf(catalogue), deps.clock.now()))[0] ?? null;
  let failure: unknown = null;
  try {
    const found = await readUpstream(async () => services?.forPhone?.(ask, phone));
    if (found) return await kept([found]);
  } catch (error) {
    if (!isProviders(error)) throw error;
    failure = error; // the tables may still tell
  }
  const byPrefix = await serviceOfPrefix(tx, catalogue, phone);
  if (byPrefix) return byPrefix;
  const searched = await readUpstream(async () => (await services?.searchByPhone?.(ask, phone)) ?? []);
  if (searched.length > 0) return kept(searched.slice(0, 1));
  if (failure) throw failure;
  return null;
}

const isProviders = (error: unknown): boolean =>
  error instanceof ProviderUnavailableError || error instanceof ProviderRejectedError;
