import type { Money } from '../money/money.ts';
import type { Call } from './connector.ts';
import type { Outcome } from './outcome.ts';
import type { ParameterValues } from './payments.ts';
import type { Attribute, Capability, Loaded, Page, ParameterValue, ProviderPerson, RemittanceParty } from './values.ts';

/** One thing that a service asks of the payer. Patterns are ready to be used: impossible ones are gone. */
export interface ServiceParameter {
  id: string;
  title: string;
  type: 'STRING' | 'PHONE' | 'EMAIL' | 'NUMBER' | 'DATE' | 'SELECT';
  required: boolean;
  hidden: boolean;
  disabled: boolean;
  minLength: number | null;
  maxLength: number | null;
  rangeStart: number | null;
  rangeEnd: number | null;
  patterns: { pattern: string; description: string | null }[];
  options: { code: string; value: string }[];
  defaultValue: string | null;
  suggestedValues: string[];
}

/** A fee rule: fixed part and percent, then held between `min` and `max`. */
export interface Tariff {
  fixed: Money;
  /** Decimal text: "0.5" is half a percent. */
  percent: string;
  min: Money | null;
  max: Money | null;
}

/** A service of a catalogue. Null fields were not told by this answer; `get` tells them. */
export interface ProviderService {
  reference: string;
  name: string;
  keywords: string | null;
  iconUrl: string | null;
  description?: string | null;
  siteUrl?: string | null;
  online: boolean | null;
  limitText: string | null;
  tariff: Tariff | null;
  identificationRequired: boolean | null;
  minAmount: Money | null;
  maxAmount: Money | null;
  parameters: ServiceParameter[] | null;
  categories: { reference: string; name: string }[];
  /** Paths of place names, narrowest first. */
  offeredIn: string[][];
}

export interface ProviderCategory {
  reference: string;
  name: string;
  code: string | null;
  keywords: string | null;
  serviceCount: number | null;
}

/** Categories with their services, and which phone prefix belongs to which service. */
export interface ServiceGroups {
  groups: { category: ProviderCategory; services: ProviderService[] }[];
  phonePrefixes: { prefix: string; serviceReference: string }[];
}

export interface CatalogueQuery {
  cursor?: string;
  pageSize?: number;
  search?: string;
  categoryReference?: string;
  placeReference?: string;
  /** The `version` of an earlier answer to the same query. */
  since?: string;
}

/** SERVICES: the catalogue of payees. */
export interface Services extends Capability {
  /** The provider answers searches only and lists nothing: a search asks it live, and what it answers is kept. */
  readonly liveSearch?: boolean;
  list(call: Call, query: CatalogueQuery): Promise<Loaded<Page<ProviderService> & { suggestions: ProviderService[] }>>;
  get(call: Call, reference: string): Promise<ProviderService | null>;
  categories?(call: Call, since?: string): Promise<Loaded<ProviderCategory[]>>;
  groups?(call: Call, since?: string): Promise<Loaded<ServiceGroups>>;
  forPhone?(call: Call, phone: string): Promise<ProviderService | null>;
  forOperator?(call: Call, input: { operator: string; region: string }): Promise<ProviderService | null>;
  forCard?(call: Call, number: string): Promise<ProviderService[]>;
  /** A second opinion on a phone. */
  searchByPhone?(call: Call, phone: string): Promise<ProviderService[]>;
  /** Asks the provider to add a service. */
  request?(call: Call, title: string): Promise<Outcome<{ reference: string | null }>>;
}

/** A payment template as the provider keeps it. */
export interface ProviderTemplate {
  reference: string;
  name: string;
  visibility: 'PRIVATE' | 'PUBLIC';
  amount: Money | null;
  amountLocked: boolean;
  service: { reference: string; name: string };
  parameters: ParameterValue[];
  lockedParameters: string[];
}

export interface TemplateInput {
  name?: string;
  visibility?: 'PRIVATE' | 'PUBLIC';
  amount?: Money;
  serviceReference?: string;
  parameters?: ParameterValues;
  /** All locks together; left out: unchanged. */
  locks?: { amount: boolean; parameters: string[] };
}

/** TEMPLATES. */
export interface Templates extends Capability {
  create(call: Call, input: TemplateInput & { serviceReference: string }): Promise<Outcome<{ reference: string }>>;
  list(
    call: Call,
    query: {
      cursor?: string;
      pageSize?: number;
      visibility?: 'PRIVATE' | 'PUBLIC';
      ownerPhone?: string;
      serviceReference?: string;
    },
  ): Promise<Page<ProviderTemplate>>;
  get(call: Call, reference: string): Promise<ProviderTemplate | null>;
  update(call: Call, reference: string, input: TemplateInput): Promise<Outcome<null>>;
  remove(call: Call, reference: string): Promise<Outcome<null>>;
}

export interface ProviderPlace {
  reference: string;
  title: string;
  inside: { reference: string; title: string }[];
}

export type LocationGroup = 'REPLENISHMENT' | 'VERIFICATION' | 'MONEY_TRANSFER';
export interface GeoPoint {
  latitude: number;
  longitude: number;
}
export interface ProviderLocation extends GeoPoint {
  reference: string;
  name: string;
  type: string;
  group: LocationGroup | 'UNKNOWN';
  worktime: string | null;
  address: string;
}
export interface LocationQuery {
  group?: LocationGroup;
  near?: GeoPoint;
  radiusMeters?: number;
  within?: { southWest: GeoPoint; northEast: GeoPoint };
}

/** LOCATIONS: places, and points of service. */
export interface Locations extends Capability {
  places?(call: Call, search?: string): Promise<ProviderPlace[]>;
  list(call: Call, query: LocationQuery): Promise<ProviderLocation[]>;
  /** Points where this wallet is topped up. */
  replenishmentPoints?(call: Call): Promise<ProviderLocation[]>;
}

/** A transfer of a money-transfer network. */
export interface ProviderRemittance {
  number: string;
  amount: Money;
  fee: Money;
  charged: Money;
  exchangeRate: string;
  note: string | null;
  sender: RemittanceParty;
  recipient: RemittanceParty;
  occurredAt: Date;
}

export interface ProviderClientRecord {
  reference: string;
  account: string | null;
  cardNumber: string | null;
  person: ProviderPerson & {
    phone: string | null;
    email: string | null;
    address: string | null;
    birthPlace: string | null;
    documentType: string | null;
    passportIssuedBy: string | null;
    passportIssuerCode: string | null;
    nonResident: boolean;
  };
  attributes: Attribute[];
}

/** REMITTANCES: transfers of the owner through a money-transfer network. */
export interface Remittances extends Capability {
  record(
    call: Call,
    input: {
      number: string;
      sender: { reference: string; phone: string };
      recipient: { reference: string; phone: string };
    },
  ): Promise<Outcome<null>>;
  list(call: Call): Promise<ProviderRemittance[]>;
  markSeen?(call: Call): Promise<Outcome<null>>;
  clientRecords?(call: Call, card?: { number: string; pin: string }): Promise<ProviderClientRecord[]>;
}

/** DICTIONARIES: words and settings that the provider publishes. */
export interface Dictionaries extends Capability {
  /** Texts of error codes by BCP 47 locale. */
  errorTexts(call: Call, since?: string): Promise<Loaded<{ code: string; titles: Record<string, string> }[]>>;
  options?(
    call: Call,
  ): Promise<{ supportPhone: string; mobileOperatorCategories: { country: string; categoryReference: string }[] }>;
}
