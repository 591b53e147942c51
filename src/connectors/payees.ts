import type { Call } from './connector.ts';
import type { ParameterValues } from './payments.ts';

/** A person by name. */
export interface PersonName {
  firstName: string;
  middleName: string | null;
  lastName: string | null;
}

/** Who pays, where a payee wants to know. Absent fields are not known. */
export interface PayerDetails {
  firstName?: string;
  middleName?: string;
  lastName?: string;
  address?: string;
  city?: string;
  country?: string;
}

/** Where a payout goes that is not a service of the catalogue by itself. */
export type PayeeDestination =
  | { kind: 'PHONE'; phone: string }
  | {
      kind: 'CARD';
      /** Digits only. */
      number: string;
      bankId: string | null;
      /** ISO 3166-1 alpha-2 of the issuer; null: not told. */
      country: string | null;
      expiryMonth: number | null;
      expiryYear: number | null;
      holder: PersonName | null;
    }
  | {
      kind: 'BANK_ACCOUNT';
      bic: string;
      account: string;
      bankId: string | null;
      accountKind: 'ACCOUNT' | 'CONTRACT';
      contractNumber: string | null;
      urgent: boolean;
      holder: PersonName;
      purpose: string | null;
    }
  | {
      kind: 'ORGANISATION';
      bic: string;
      account: string;
      bankName: string;
      city: string;
      name: string;
      inn: string;
      kpp: string;
      vatIncluded: boolean;
      purpose: string;
      urgent: boolean;
    }
  | {
      /** The wallet owner's own account at a bank that `banks` names: the provider finds it. */
      kind: 'WITHDRAWAL_BANK';
      bankId: string;
    }
  | {
      /** A merchant under contract, by its id at the provider. */
      kind: 'MERCHANT';
      reference: string;
    };

/** What carries a payout: a service of the provider and the values that it is sent. All of them are kept sealed. */
export interface Payee {
  serviceReference: string;
  serviceName: string;
  parameters: ParameterValues;
}

/** One thing wrong with a destination; `field` is the input field's own name (`number`, `expiryMonth`, `bankId`, `lastName`). */
export interface PayeeIssue {
  of: 'destination' | 'payer';
  field: string;
  message: string;
}

/** What a bank's service takes. */
export type WithdrawalTarget = 'OWN_ACCOUNT' | 'CARD' | 'ACCOUNT' | 'CONTRACT';

/** A bank that the provider pays out to. */
export interface WithdrawalBank {
  id: string;
  name: string;
  legalName: string | null;
  bic: string | null;
  logoUrl: string | null;
  accepts: readonly WithdrawalTarget[];
  /** Names of input fields that this bank wants beyond the usual ones. */
  requires: readonly string[];
}

/** Payouts beyond the catalogue: cards, phones, bank accounts, companies. */
export interface Payees {
  /**
   * Finds the service that carries a payout and forms its values. May ask the provider (operator of a phone, issuer of a card).
   * @returns issues when the destination lacks something or nobody here pays there; nothing was sent that moves money
   * @throws ProviderRejected, ProviderUnavailable
   */
  resolve(call: Call, to: PayeeDestination, payer: PayerDetails): Promise<Payee | { issues: PayeeIssue[] }>;
  /** The banks, where the provider names them. */
  banks?(call: Call): Promise<readonly WithdrawalBank[]>;
}
