import type { ProviderService, ServiceParameter, Services } from '../catalogue.ts';
import type { Call } from '../connector.ts';
import { refusal } from './answer.ts';
import { domesticService } from './card-payees.ts';
import type { Parts } from './parts.ts';
import { operatorOf, operatorPhone } from './payees.ts';
import type { WireFound } from './wire-payments.ts';

/** SERVICES: the provider answers questions, it publishes no list (PAY-8, PAY-9, PAY-18). */
export function servicesCapability(parts: Parts): Services {
  const search = async (call: Call, query: string) =>
    (await parts.client.payees.search(call, query)).items.map(mapFound);
  return {
    operations: ['PAY-8', 'PAY-9', 'PAY-18'],
    liveSearch: true,
    async list(call, { search: words, categoryReference }) {
      const items = words?.trim() ? await search(call, words.trim()) : [];
      const fitting = items.filter(
        ({ categories }) => !categoryReference || categories.some(({ reference }) => reference === categoryReference),
      );
      return { changed: true, value: { items: fitting, next: null, suggestions: [] }, version: null };
    },
    async get(call, reference) {
      const found = (await search(call, reference)).find((service) => service.reference === reference);
      if (found) return found;
      // no operation reads one service, so that none was found proves nothing
      throw refusal('PAY-18', {
        errorCode: 'NOT_SUPPORTED',
        providerMessage: 'The provider tells of services only when they are searched for by words.',
        remedy: 'NONE',
        declineReason: 'PROVIDER_REFUSED',
      });
    },
    async forPhone(call, phone) {
      const number = operatorPhone(phone);
      const operator = number && (await operatorOf(parts, call, number));
      return operator ? payable({ reference: operator.id, name: operator.shortName, iconUrl: operator.logoUrl }) : null;
    },
    async forCard(call, number) {
      const digits = number.replace(/\D/g, '');
      const reference = await domesticService(parts, call, digits);
      return reference === null ? [] : [payable({ reference, name: 'Card' })];
    },
  };
}

const mapFound = ({ name, description, data }: WireFound): ProviderService => ({
  ...payable({ reference: data.id, name, iconUrl: data.logoUrl }),
  description: description || null,
  siteUrl: data.siteUrl || null,
  categories: data.category ? [{ reference: data.category.name, name: data.category.name }] : [],
});

/** PAY-7, PAY-10, PAY-16: one requisite, of which the provider tells no rules. */
const account: ServiceParameter = {
  id: 'account',
  title: 'Account',
  type: 'STRING',
  required: true,
  hidden: false,
  disabled: false,
  minLength: null,
  maxLength: null,
  rangeStart: null,
  rangeEnd: null,
  patterns: [],
  options: [],
  defaultValue: null,
  suggestedValues: [],
};

const payable = (service: {
  reference: string;
  name: string;
  iconUrl?: string | null | undefined;
}): ProviderService => ({
  reference: service.reference,
  name: service.name,
  keywords: null,
  iconUrl: service.iconUrl || null,
  online: null,
  limitText: null,
  tariff: null,
  identificationRequired: null,
  minAmount: null,
  maxAmount: null,
  parameters: [account],
  categories: [],
  offeredIn: [],
});
