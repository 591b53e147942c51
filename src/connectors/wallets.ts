import type { Money } from '../money/money.ts';
import type { Call } from './connector.ts';
import type { Outcome } from './outcome.ts';
import type { Attribute, Capability, IdentificationLevel, IdentificationStatus, NotificationPeriod } from './values.ts';

/** A code was sent to the owner's phone. */
export interface CodeChallenge {
  sentTo: string;
  checkDigit: string | null;
  /** How long the code is valid, from the answer on; null where the provider does not say. */
  validMs: number | null;
  /** The code itself: sandboxes only. */
  sandboxCode: string | null;
}

/** A wallet as its provider describes it. */
export interface ProviderWallet {
  number: string;
  phone: string | null;
  status: 'PENDING_ACTIVATION' | 'ACTIVE' | 'BLOCKED';
  /** The provider wants a new password before anything else. */
  passwordResetRequired: boolean;
  restrictions: { code: string; message: string }[];
  /** Null when the wallet could not be read because of its status. */
  balance: Money | null;
  level: IdentificationLevel | null;
  providerLevel: string | null;
  identificationStatus: IdentificationStatus | null;
  name: string | null;
  pictureUrl: string | null;
  email: string | null;
  statementPeriod: NotificationPeriod | null;
  features: { code: string; enabled: boolean }[];
  attributes: Attribute[];
}

/** WALLETS: opening, activating and reading wallets. */
export interface Wallets extends Capability {
  open?(call: Call, input: { phone: string; password: string }): Promise<Outcome<CodeChallenge>>;
  /** Accepted also when it was active already. */
  activate?(call: Call, input: { phone: string; code: string }): Promise<Outcome<null>>;
  resendCode?(call: Call, input: { phone: string }): Promise<Outcome<CodeChallenge>>;
  /** A blocked or inactive wallet is an answer, not a refusal; wrong credentials are a refusal. */
  load(call: Call): Promise<ProviderWallet>;
}

/** BALANCES: what the provider's own book says. */
export interface Balances extends Capability {
  list(call: Call): Promise<{ balance: Money; title: string | null; isDefault: boolean }[]>;
}

/** PROFILES: the owner's settings and picture. */
export interface Profiles extends Capability {
  /** `statementPeriod` null: no statements. Left out: unchanged. Check `statementPeriods` first. */
  setSettings?(
    call: Call,
    input: { email?: string; statementPeriod?: NotificationPeriod | null },
  ): Promise<Outcome<null>>;
  readonly statementPeriods: readonly NotificationPeriod[];
  setPicture?(call: Call, file: { name: string; contentType: string; content: Uint8Array }): Promise<Outcome<null>>;
  removePicture?(call: Call): Promise<Outcome<null>>;
}

/** A cap as the provider states it, for one level. */
export interface ProviderLimit {
  kind: 'BALANCE' | 'TOP_UP' | 'PAYMENT' | 'TRANSFER' | 'PAYOUT' | 'TURNOVER' | 'OTHER';
  window: 'ONE_TIME' | 'DAY' | 'MONTH' | 'STANDING';
  title: string;
  description: string | null;
  level: IdentificationLevel | null;
  /** Null: no number, only allowed or not. */
  max: Money | null;
  enabled: boolean;
}

/** LIMITS: caps of the provider. */
export interface Limits extends Capability {
  list(call: Call): Promise<ProviderLimit[]>;
}

/** CONTACTS: who among these has a wallet there. */
export interface Contacts extends Capability {
  /** @returns those of the phones that have an active wallet */
  find(call: Call, contacts: { phone: string; name?: string }[]): Promise<string[]>;
}
