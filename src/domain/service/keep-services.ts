import type { ProviderService } from '../../connectors/catalogue.ts';
import type { Tx } from '../../db/client.ts';
import { newId } from '../../lib/ids.ts';
import type { CatalogueKey } from './catalogue.ts';
import { searchColumns } from './search-text.ts';

/**
 * How much an answer tells of a service. LIST: all but parameters. DETAIL: parameters and bounds too, but not where it is
 * offered. GLIMPSE: what a search happens to show.
 */
export type ServiceForm = 'LIST' | 'DETAIL' | 'GLIMPSE';

/** So many rows go to the database in one statement. */
const CHUNK = 2_000;

/**
 * Keeps services as a provider told them: new ones get an id, known ones keep theirs, what this form of answer does not
 * tell stays as it was.
 * @param now the time of the answer
 */
export async function keepServices(
  tx: Tx,
  { provider, origin }: CatalogueKey,
  services: readonly ProviderService[],
  form: ServiceForm,
  now: Date,
): Promise<void> {
  const unique = [...new Map(services.map((service) => [service.reference, service])).values()];
  unique.sort((a, b) => (a.reference < b.reference ? -1 : 1)); // one order of locking for everybody
  for (let at = 0; at < unique.length; at += CHUNK) {
    const rows = jsonText(unique.slice(at, at + CHUNK).map((service) => rowOf(service)));
    await update(tx, { provider, origin }, rows, form, now);
    await insert(tx, { provider, origin }, rows, form, now);
  }
}

function rowOf(service: ProviderService) {
  const { reference, name, keywords, tariff, minAmount, maxAmount, parameters } = service;
  const { text, grams, sort } = searchColumns(name, keywords);
  return {
    id: newId('Service'),
    reference,
    name,
    keywords,
    icon_url: service.iconUrl,
    online: service.online,
    limit_text: service.limitText,
    currency: (tariff?.fixed ?? minAmount ?? maxAmount)?.currency ?? null,
    min_minor: minAmount?.minor ?? null,
    max_minor: maxAmount?.minor ?? null,
    has_tariff: tariff !== null,
    fee_percent: tariff?.percent ?? null,
    fee_fixed: tariff?.fixed.minor ?? null,
    fee_min: tariff?.min?.minor ?? null,
    fee_max: tariff?.max?.minor ?? null,
    identification: service.identificationRequired,
    parameters,
    offered_in: service.offeredIn,
    search_text: text,
    search_grams: grams,
    sort_name: sort,
  };
}

/** What no text of the database can hold: zero bytes, and halves of surrogate pairs. */
const UNSTORABLE = /\0|\p{Cs}/gu;

/** JSON as the database reads it: whole numbers as text, and every text storable. */
export const jsonText = (rows: unknown): string =>
  JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'bigint'
      ? value.toString()
      : typeof value === 'string'
        ? value.replace(UNSTORABLE, '\uFFFD')
        : value,
  );

const update = (
  tx: Tx,
  { provider, origin }: CatalogueKey,
  rows: string,
  form: ServiceForm,
  now: Date,
) => tx.$executeRaw`
  UPDATE service AS s SET
    name = r.name, sort_name = r.sort_name,
    keywords = COALESCE(r.keywords, s.keywords), icon_url = COALESCE(r.icon_url, s.icon_url),
    online = COALESCE(r.online, s.online), limit_text = COALESCE(r.limit_text, s.limit_text),
    currency = COALESCE(r.currency, s.currency),
    min_minor = COALESCE(r.min_minor, s.min_minor), max_minor = COALESCE(r.max_minor, s.max_minor),
    fee_percent = CASE WHEN r.has_tariff THEN r.fee_percent ELSE s.fee_percent END,
    fee_fixed_minor = CASE WHEN r.has_tariff THEN r.fee_fixed ELSE s.fee_fixed_minor END,
    fee_min_minor = CASE WHEN r.has_tariff THEN r.fee_min ELSE s.fee_min_minor END,
    fee_max_minor = CASE WHEN r.has_tariff THEN r.fee_max ELSE s.fee_max_minor END,
    identification_required = COALESCE(r.identification, s.identification_required),
    parameters = CASE WHEN ${form} = 'DETAIL' THEN COALESCE(r.parameters, s.parameters) ELSE s.parameters END,
    detailed_at = CASE WHEN ${form} = 'DETAIL' THEN ${now}::timestamptz ELSE s.detailed_at END,
    offered_in = CASE WHEN ${form} = 'LIST' THEN r.offered_in ELSE s.offered_in END,
    search_text = CASE WHEN ${form} = 'LIST' THEN r.search_text ELSE s.search_text END,
    search_grams = CASE WHEN ${form} = 'LIST' THEN r.search_grams ELSE s.search_grams END,
    synced_at = ${now}::timestamptz, removed_at = NULL
  FROM jsonb_to_recordset(${rows}::jsonb) AS r (reference text, name text, keywords text, icon_url text, online boolean,
    limit_text text, currency text, min_minor bigint, max_minor bigint, has_tariff boolean, fee_percent text, fee_fixed bigint,
    fee_min bigint, fee_max bigint, identification boolean, parameters jsonb, offered_in jsonb, search_text text,
    search_grams text[], sort_name text)
  WHERE s.provider = ${provider} AND s.origin = ${origin} AND s.provider_reference = r.reference`;

const insert = (
  tx: Tx,
  { provider, origin }: CatalogueKey,
  rows: string,
  form: ServiceForm,
  now: Date,
) => tx.$executeRaw`
  INSERT INTO service (id, provider, origin, provider_reference, name, keywords, icon_url, online, limit_text, currency,
    min_minor, max_minor, fee_percent, fee_fixed_minor, fee_min_minor, fee_max_minor, identification_required, parameters,
    detailed_at, offered_in, search_text, search_grams, sort_name, synced_at)
  SELECT r.id, ${provider}, ${origin}, r.reference, r.name, r.keywords, r.icon_url, COALESCE(r.online, true), r.limit_text,
    COALESCE(r.currency, 'RUB'), r.min_minor, r.max_minor, COALESCE(r.fee_percent, '0'), COALESCE(r.fee_fixed, 0), r.fee_min,
    r.fee_max, COALESCE(r.identification, false),
    CASE WHEN ${form} = 'DETAIL' THEN COALESCE(r.parameters, '[]') ELSE '[]' END,
    CASE WHEN ${form} = 'DETAIL' THEN ${now}::timestamptz END,
    r.offered_in, r.search_text, r.search_grams, r.sort_name, ${now}::timestamptz
  FROM jsonb_to_recordset(${rows}::jsonb) AS r (id text, reference text, name text, keywords text, icon_url text, online boolean,
    limit_text text, currency text, min_minor bigint, max_minor bigint, fee_percent text, fee_fixed bigint, fee_min bigint,
    fee_max bigint, identification boolean, parameters jsonb, offered_in jsonb, search_text text, search_grams text[],
    sort_name text)
  ORDER BY r.reference
  ON CONFLICT (provider, origin, provider_reference) DO NOTHING`;
