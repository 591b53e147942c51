import type { ProviderCategory, ProviderService, ServiceGroups } from '../../connectors/catalogue.ts';
import { folded } from './search-text.ts';

/** A catalogue read whole, as one thing. */
export interface WholeCatalogue {
  services: ProviderService[];
  /** References, the one paid most often first. */
  suggestions: string[];
  /** Null where the provider says nothing of categories. */
  categories: ProviderCategory[] | null;
  /** Which service stands in which category, by references. */
  links: { service: string; category: string }[];
  phonePrefixes: ServiceGroups['phonePrefixes'];
}

interface Parts {
  services: ProviderService[];
  suggestions: ProviderService[];
  categories: ProviderCategory[] | null;
  groups: ServiceGroups | null;
}

/**
 * Joins the lists of a provider. A category may go by one reference in the list of categories and by another inside a
 * service: then the name joins them, and where several have that name, the one in whose group the service is. Pure.
 */
export function mergeCatalogue({ services, suggestions, categories, groups }: Parts): WholeCatalogue {
  const grouped = groups?.groups ?? [];
  const known = new Map<string, ProviderCategory>();
  for (const category of [...(categories ?? []), ...grouped.map((group) => group.category)]) {
    known.set(category.reference, filledIn(known.get(category.reference), category));
  }
  const members = new Map(
    grouped.map(({ category, services }) => [category.reference, new Set(services.map(referenceOf))]),
  );
  const byName = new Map<string, string[]>();
  for (const { reference, name } of known.values())
    byName.set(folded(name), [...(byName.get(folded(name)) ?? []), reference]);

  const links = new Map<string, { service: string; category: string }>();
  const link = (service: string, category: string) => links.set(`${service}\n${category}`, { service, category });
  for (const [category, inside] of members) for (const service of inside) link(service, category);
  const listed = new Map(services.map((service) => [service.reference, service]));
  for (const service of [...suggestions, ...grouped.flatMap((group) => group.services)]) {
    if (!listed.has(service.reference)) listed.set(service.reference, service);
  }
  for (const service of listed.values()) {
    for (const { reference, name } of service.categories) {
      const namesakes = known.has(reference) ? [reference] : (byName.get(folded(name)) ?? []);
      const grouping = namesakes.filter((category) => members.get(category)?.has(service.reference));
      const category = namesakes.length > 1 && grouping.length > 0 ? grouping : namesakes.slice(0, 1);
      if (category.length === 0) {
        known.set(reference, { reference, name, code: null, keywords: null, serviceCount: null });
        byName.set(folded(name), [reference]);
        category.push(reference);
      }
      for (const one of category) link(service.reference, one);
    }
  }
  return {
    services: [...listed.values()],
    suggestions: suggestions.map(referenceOf),
    categories: known.size === 0 ? null : [...known.values()],
    links: [...links.values()],
    phonePrefixes: groups?.phonePrefixes ?? [],
  };
}

const referenceOf = ({ reference }: ProviderService): string => reference;

const filledIn = (one: ProviderCategory | undefined, other: ProviderCategory): ProviderCategory => ({
  reference: other.reference,
  name: one?.name ?? other.name,
  code: one?.code ?? other.code,
  keywords: one?.keywords ?? other.keywords,
  serviceCount: one?.serviceCount ?? other.serviceCount,
});
