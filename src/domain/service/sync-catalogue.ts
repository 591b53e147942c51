import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Dictionaries } from '../../connectors/catalogue.ts';
import { ProviderRejected } from '../../connectors/outcome.ts';
import type { Tx } from '../../db/client.ts';
import type { ProviderAccount } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { originOf } from '../provider/route.ts';
import { connectorOf } from '../provider/store.ts';
import type { CatalogueDeps, CatalogueKey } from './catalogue.ts';
import { keepCatalogue, keepVersions, keptVersions, lockCatalogue } from './keep-catalogue.ts';
import { jsonText } from './keep-services.ts';
import { readCatalogue, type Versions } from './read-catalogue.ts';

/** What a sync found. */
export interface SyncReport {
  /** False: the provider says that nothing has changed since the last time. */
  changed: boolean;
}

/**
 * Reads the catalogue behind a provider account (services, categories, phone prefixes), then the provider's dictionaries
 * (error texts, options), and keeps what has changed. Each part is kept as soon as it was read whole.
 * @throws ProviderRejected, ProviderUnavailable: what is kept stays as it was
 */
export async function syncCatalogue(deps: CatalogueDeps, account: ProviderAccount): Promise<SyncReport> {
  const connector = connectorOf(deps, account);
  const key = { provider: account.provider, origin: originOf(deps, account) };
  const versions = await keptVersions(deps.db.prisma, key);
  // one that answers searches only has no list to be read
  const listed = connector.services?.liveSearch ? undefined : connector.services;
  const reading = listed && (await readCatalogue(listed, versions));
  if (listed) {
    const now = deps.clock.now();
    await transaction(deps.db, async (tx) => {
      await lockCatalogue(tx, key);
      if (reading) await keepCatalogue(tx, key, reading.catalogue, now);
      await keepVersions(tx, key, ['services', 'categories', 'groups'], reading?.versions ?? null, now);
    });
  }
  if (connector.dictionaries) await syncDictionaries(deps, key, connector.dictionaries, versions);
  return { changed: Boolean(reading) };
}

const call = { wallet: null };

async function syncDictionaries(
  deps: CatalogueDeps,
  key: CatalogueKey,
  dictionaries: Dictionaries,
  versions: Versions,
): Promise<void> {
  const errors = await dictionaries.errorTexts(call, versions.errors);
  const options = await optionsOf(dictionaries);
  const now = deps.clock.now();
  await transaction(deps.db, async (tx) => {
    await lockCatalogue(tx, key);
    if (errors.changed) await keepErrorTexts(tx, key, errors.value);
    const { version } = errors.changed ? errors : { version: null };
    await keepVersions(tx, key, ['errors'], errors.changed ? (version === null ? {} : { errors: version }) : null, now);
    if (options) await keepOptions(tx, key, options, now);
  });
}

type Options = Awaited<ReturnType<NonNullable<Dictionaries['options']>>>;

/** An account without a wallet is not shown them. */
async function optionsOf(dictionaries: Dictionaries): Promise<Options | null> {
  try {
    return (await dictionaries.options?.(call)) ?? null;
  } catch (error) {
    if (error instanceof ProviderRejected && error.refusal.errorCode === 'NOT_SUPPORTED') return null;
    throw error;
  }
}

async function keepErrorTexts(
  tx: Tx,
  { provider, origin }: CatalogueKey,
  texts: { code: string; titles: Record<string, string> }[],
): Promise<void> {
  const byCode = [...new Map(texts.map((text) => [text.code, text])).values()];
  await tx.$executeRaw`
    DELETE FROM provider_error_text WHERE provider = ${provider} AND origin = ${origin}
      AND code <> ALL(${byCode.map(({ code }) => code)}::text[])`;
  await tx.$executeRaw`
    INSERT INTO provider_error_text (provider, origin, code, titles)
    SELECT ${provider}, ${origin}, r.code, r.titles FROM jsonb_to_recordset(${jsonText(byCode)}::jsonb) AS r (code text, titles jsonb)
    ON CONFLICT (provider, origin, code) DO UPDATE SET titles = excluded.titles`;
}

async function keepOptions(tx: Tx, key: CatalogueKey, options: Options, now: Date): Promise<void> {
  const { provider, origin } = key;
  const supportPhone = parsePhoneNumberFromString(options.supportPhone, 'RU')?.number ?? null;
  await tx.$executeRaw`
    INSERT INTO provider_options (provider, origin, support_phone, synced_at)
    VALUES (${provider}, ${origin}, ${supportPhone}, ${now}::timestamptz)
    ON CONFLICT (provider, origin) DO UPDATE SET support_phone = excluded.support_phone, synced_at = excluded.synced_at`;
  const countries = options.mobileOperatorCategories.map(({ country }) => country);
  const references = options.mobileOperatorCategories.map(({ categoryReference }) => categoryReference);
  await tx.$executeRaw`
    UPDATE service_category c SET mobile_operators_of = COALESCE((
      SELECT array_agg(o.country ORDER BY o.country)
      FROM unnest(${countries}::text[], ${references}::text[]) AS o (country, reference)
      WHERE o.reference = c.provider_reference), '{}')
    WHERE c.provider = ${provider} AND c.origin = ${origin}`;
}
