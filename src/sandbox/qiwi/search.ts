import { malformed } from './errors.ts';
import type { Operation } from './http.ts';
import type { Service } from './model.ts';
import type { World } from './world.ts';

const scopes = ['payments'] as const;
const logo = (id: number): string => `https://static.qiwi.com/img/providers/logoBig/${id}_l.png`;

/** Services that PAY-18 finds: those that a person can pay by an id. */
const listed = ({ kind }: Service): boolean => kind !== 'source' && kind !== 'merchant';

const itemView = ({ id, shortName, longName, siteUrl, category }: Service) => ({
  name: shortName,
  description: longName,
  uri: null,
  data: { id, logoUrl: logo(id), siteUrl: siteUrl ?? '', category: { name: category }, type: 'PROVIDER' },
});

/** PAY-8 and PAY-18 (section 2.7). */
export function searchOperations(world: World): Operation[] {
  return [
    {
      id: 'PAY-8',
      method: 'GET',
      path: '/qw-mobile-providers-resolver/v1/providers',
      auth: 'token',
      scopes,
      handle({ query }) {
        const phone = query['phoneNumber'] ?? '';
        // T62.
        if (!/^7\d{10}$/.test(phone)) malformed('phoneNumber must be 11 digits starting with 7');
        const found = world.services.get(world.mobilePrefixes.get(phone.slice(1, 4)) ?? 0);
        const view = found && { id: found.id, shortName: found.shortName, logoUrl: logo(found.id) };
        return { json: { mobileOperatorProviderList: view === undefined ? [] : [view] } };
      },
    },
    {
      id: 'PAY-18',
      method: 'GET',
      path: '/search/v1/search',
      auth: 'token',
      scopes,
      handle({ query }) {
        const words = (query['query'] ?? malformed('query is required')).toLowerCase().split(/\s+/).filter(Boolean);
        const found = [...world.services.values()].filter(
          (service) => listed(service) && words.every((word) => service.keywords.includes(word)),
        );
        return { json: { items: found.map(itemView) } };
      },
    },
  ];
}
