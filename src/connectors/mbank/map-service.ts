import type { ProviderCategory, ProviderService, ServiceParameter } from '../catalogue.ts';
import { isPattern } from '../parameters.ts';
import { textOrNull } from './map.ts';
import type { WireGroup, WireParameter, WireService } from './wire.ts';

const types: Readonly<Record<string, ServiceParameter['type']>> = {
  string: 'STRING',
  text: 'STRING',
  phone: 'PHONE',
  email: 'EMAIL',
  number: 'NUMBER',
  numeric: 'NUMBER',
  date: 'DATE',
  enum: 'SELECT',
};

/** Contract 2.1, Service, in all its forms; `groups`, then `group`, then `category` (trap T-23). */
export function mapService(service: WireService): ProviderService {
  const single = service.group ?? service.category;
  const groups = service.groups ?? (single ? [single] : []);
  return {
    reference: service.id,
    name: service.name,
    keywords: textOrNull(service.keywords),
    iconUrl: textOrNull(service.icon_url),
    online: service.status == null ? null : service.status === 'online',
    limitText: textOrNull(service.limit),
    tariff: service.rate
      ? {
          fixed: service.rate.fix,
          percent: service.rate.percent,
          min: service.rate.min ?? null,
          max: service.rate.max ?? null,
        }
      : null,
    identificationRequired: service.verification_required ?? null,
    minAmount: service.minsum ?? service.min ?? null,
    maxAmount: service.maxsum ?? service.max ?? null,
    parameters: service.parameters?.map(mapParameter) ?? null,
    categories: groups.map(({ id, name }) => ({ reference: id, name })),
    offeredIn: service.geo ?? [],
  };
}

/** Contract 2.1, Group; a code is compared without regard to case (trap T-22). */
export const mapCategory = (group: WireGroup): ProviderCategory => ({
  reference: group.id,
  name: group.name,
  code: textOrNull(group.type ?? group.group)?.toLowerCase() ?? null,
  keywords: textOrNull(group.keywords),
  serviceCount: group.amount ?? null,
});

function mapParameter(parameter: WireParameter): ServiceParameter {
  const patterns = [
    { pattern: parameter.pattern ?? '', description: parameter.pattern_desc ?? parameter.pattern_description ?? null },
    ...(parameter.patterns ?? []).map(({ pattern, description }) => ({ pattern, description: inRussian(description) })),
  ];
  const seen = new Set<string>();
  const usable = patterns.flatMap(({ pattern, description }) => {
    const repaired = repair(pattern);
    if (!isPattern(repaired) || seen.has(repaired)) return [];
    seen.add(repaired);
    return [{ pattern: repaired, description: textOrNull(description) }];
  });
  const unusedRange = !parameter.range_start && !parameter.range_end;
  return {
    id: parameter.id,
    title: parameter.title,
    type: types[parameter.type?.toLowerCase() ?? ''] ?? 'STRING',
    // the short forms do not say; what they list is what the payer is to be asked
    required: parameter.is_required ?? true,
    hidden: parameter.is_hidden ?? false,
    disabled: parameter.is_disabled ?? false,
    minLength: parameter.min_length ?? null,
    maxLength: parameter.max_length ?? null,
    rangeStart: unusedRange ? null : (parameter.range_start ?? null),
    rangeEnd: unusedRange ? null : (parameter.range_end ?? null),
    patterns: usable,
    options: parameter.items ?? [],
    defaultValue: presetOf(parameter.default_value),
    suggestedValues: parameter.suggested_values ?? [],
  };
}

/** `^\d{10}$a` can never match: letters behind the end are a typo of the source (trap T-17). */
const repair = (pattern: string): string => pattern.replace(/\$[a-z]+$/i, '$');

/** A text, or one text per locale (trap T-19). */
function inRussian(description: string | Record<string, string> | null | undefined): string | null {
  if (description == null || typeof description === 'string') return description ?? null;
  return description['ru_RU'] ?? Object.values(description)[0] ?? null;
}

/** A preset may be a macro such as `[phone:+79267101280]`. */
const presetOf = (preset: string | null | undefined): string | null =>
  textOrNull(preset)?.replace(/^\[[a-z_]+:(.*)\]$/i, '$1') ?? null;
