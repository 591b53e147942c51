import type { Call } from './connector.ts';
import type { Outcome } from './outcome.ts';
import type { Capability, IdentificationLevel, NotificationPeriod } from './values.ts';

export type NotificationChannel = 'EMAIL' | 'SMS' | 'EMAIL_AND_SMS' | 'NONE';

/** Who a customer is, as far as the partner or the provider knows; absent fields are not known. */
export interface CustomerPerson {
  firstName?: string | undefined;
  middleName?: string | undefined;
  lastName?: string | undefined;
  /** YYYY-MM-DD, as is `passportIssuedAt`. */
  birthDate?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
  /** Series and number. */
  passport?: string | undefined;
  passportIssuedAt?: string | undefined;
  passportIssuedBy?: string | undefined;
  inn?: string | undefined;
  snils?: string | undefined;
  oms?: string | undefined;
  address?: string | undefined;
  nonResident?: boolean | undefined;
}

/** How often and through what the provider writes to the customer. */
export interface CustomerNotifications {
  channel: NotificationChannel;
  period: NotificationPeriod;
}

/** A customer to be made known to a provider. */
export interface CustomerOrder {
  /** Our number of the customer: digits, on which the provider dedupes. */
  userId: string;
  /** The level for which the partner vouches. */
  level: IdentificationLevel;
  notifications: CustomerNotifications;
  /** Null: nothing is known. */
  person: CustomerPerson | null;
}

/** A customer as the provider keeps it. */
export interface ProviderCustomer {
  userId: string;
  /** Null: a word that is in no table. */
  level: IdentificationLevel | null;
  providerLevel: string | null;
  /** Null when the provider was given nothing, or keeps nothing. */
  person: CustomerPerson | null;
  /** Null: a word that is in no table. */
  notifications: CustomerNotifications | null;
  createdAt: Date | null;
  lastNotifiedAt: Date | null;
}

/** CUSTOMERS: records that a provider keeps of a partner's customers, under our numbers. */
export interface Customers extends Capability {
  /**
   * What the order lacks for the level that it claims. Sent as it is, the customer would be kept as not identified, and no
   * operation would change that later.
   * @returns each field with what would be right; nothing when the order can be sent, or claims no level
   */
  lacks(order: CustomerOrder): { field: keyof CustomerPerson; message: string }[];
  /**
   * Makes the record. A repetition answers the record that is there and changes nothing of it, so read it before relying
   * on what was sent.
   * @returns the provider's own id of the customer
   */
  create(call: Call, order: CustomerOrder): Promise<Outcome<{ reference: string }>>;
  /** The provider's own id of a customer of ours; null when there is none. */
  find(call: Call, userId: string): Promise<string | null>;
  /**
   * What the provider keeps; null when it has no such customer.
   * @param known `reference`: the id that `create` or `find` has told
   */
  load(call: Call, known: { userId: string; reference: string }): Promise<ProviderCustomer | null>;
}
