import type { Money } from '../money/money.ts';
import type { Call, WalletAccess } from './connector.ts';
import type { Passage } from './multipart.ts';
import type { Outcome } from './outcome.ts';
import type { PayoutOrder, TransferOrder } from './payments.ts';
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
  status: 'PENDING_ACTIVATION' | 'ACTIVE' | 'BLOCKED' | 'CLOSED';
  /** The provider wants a new password before anything else. */
  passwordResetRequired: boolean;
  restrictions: { code: string; message: string }[];
  /** Null when the wallet could not be read because of its status, and where only BALANCES tells, account by account. */
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
  /** Null or left out where the provider does not tell. */
  defaultCurrency?: string | null;
  passportExpired?: boolean | null;
  registeredAt?: Date | null;
  lastLoginAt?: Date | null;
  lastLoginIp?: string | null;
  language?: string | null;
  mobileOperator?: string | null;
  secrets?: WalletSecret[];
}

/** Whether the owner has set such a secret, and when it changes. */
export interface WalletSecret {
  kind: 'PASSWORD' | 'MOBILE_PIN' | 'KIOSK_PIN';
  inUse: boolean;
  changedAt: Date | null;
  nextChangeAt: Date | null;
}

/** WALLETS: opening, activating and reading wallets. */
export interface Wallets extends Capability {
  /** The account's own credentials open any wallet by its id: to know one proves nothing of who asks. */
  readonly provesNoOwner?: boolean;
  open?(call: Call, input: { phone: string; password: string }): Promise<Outcome<CodeChallenge>>;
  /**
   * Opens a wallet that is active at once, where that takes neither a password nor a code. Repeating it for a phone answers the
   * wallet that is there.
   * @param input `phone` with its country's code; `level`: for which the partner vouches
   * @returns what leads to it: the credentials do so by themselves, and `load` tells its number
   */
  register?(call: Call, input: { phone: string; level: IdentificationLevel }): Promise<Outcome<WalletAccess>>;
  /** Closes the wallet for good. Accepted also when it was closed already; rejected with WALLET_STATE while it has money. */
  close?(call: Call): Promise<Outcome<null>>;
  /** Accepted also when it was active already. */
  activate?(call: Call, input: { phone: string; code: string }): Promise<Outcome<null>>;
  resendCode?(call: Call, input: { phone: string }): Promise<Outcome<CodeChallenge>>;
  /** A blocked or inactive wallet is an answer, not a refusal; wrong credentials are a refusal. */
  load(call: Call): Promise<ProviderWallet>;
}

/** BALANCES: what the provider's own book says. */
export interface Balances extends Capability {
  list(call: Call): Promise<{ balance: Money; title: string | null; isDefault: boolean; reference?: string | null }[]>;
  /** All that can fund a payment; the balances among them, also those whose figure the provider cannot say now. */
  sources?(call: Call): Promise<ProviderFundingSource[]>;
  /** Currencies in which another account can be opened. */
  offered?(call: Call): Promise<string[]>;
  /** Opens an account. Rejected with INVALID_INPUT when the currency is not offered, CONFLICT when it is open. */
  open?(call: Call, currency: string): Promise<Outcome<null>>;
  setDefault?(call: Call, currency: string): Promise<Outcome<null>>;
}

/** What can fund a payment of a wallet. */
export interface ProviderFundingSource {
  kind: 'BALANCE' | 'CARD' | 'MOBILE_ACCOUNT';
  title: string;
  reference: string;
  currency: string;
  /** Null: no balance of its own, or the provider cannot say now; never zero for that. */
  amount: Money | null;
}

/** The wallet's public name. */
export interface ProviderNickname {
  name: string;
  canChange: boolean;
  canUse: boolean;
  description: string | null;
}

/** PROFILES: the owner's settings and picture. */
export interface Profiles extends Capability {
  nickname?(call: Call): Promise<ProviderNickname>;
  /** `statementPeriod` null: no statements. Left out: unchanged. Check `statementPeriods` first. */
  setSettings?(
    call: Call,
    input: { email?: string; statementPeriod?: NotificationPeriod | null },
  ): Promise<Outcome<null>>;
  readonly statementPeriods: readonly NotificationPeriod[];
  setPicture?(
    call: Call,
    file: { name: string; contentType: string; content: Uint8Array | Passage },
  ): Promise<Outcome<null>>;
  removePicture?(call: Call): Promise<Outcome<null>>;
}

/** A cap as the provider states it, for one level. */
export interface ProviderLimit {
  kind: LimitKind;
  window: 'ONE_TIME' | 'DAY' | 'MONTH' | 'STANDING';
  title: string;
  description: string | null;
  level: IdentificationLevel | null;
  /** Null: no number, only allowed or not. */
  max: Money | null;
  enabled: boolean;
  /** What the provider itself has counted; left out where it does not tell. */
  spent?: Money | null;
  remaining?: Money | null;
  count?: number | null;
  maxCount?: number | null;
  /** ISO 3166-1 alpha-2. */
  country?: string | null;
  interval?: { from: Date; to: Date } | null;
}

/** A cap to be set at the provider. */
export interface CapChange extends Pick<ProviderLimit, 'kind' | 'window'> {
  /** Left out: as it is. */
  max?: Money;
  enabled: boolean;
}

/** Kinds of limits, as in GraphQL. */
export type LimitKind =
  | 'BALANCE'
  | 'TOP_UP'
  | 'PAYMENT'
  | 'TRANSFER'
  | 'PAYOUT'
  | 'TURNOVER'
  | 'CASH_WITHDRAWAL'
  | 'FOREIGN_PAYMENT'
  | 'OTHER';

/** LIMITS: caps of the provider. */
export interface Limits extends Capability {
  /** @param kinds only these, where the provider can filter */
  list(call: Call, kinds?: readonly LimitKind[]): Promise<ProviderLimit[]>;
  /**
   * The kinds of caps that a payment out of the wallet uses up. Absent where the provider states its caps in words: those are shown, and
   * nobody calculates with them.
   */
  kindsOf?(order: TransferOrder | PayoutOrder): readonly LimitKind[];
  /**
   * Sets caps, all of one wallet at once; repeating it changes nothing more. Rejected with INVALID_INPUT for a cap that cannot be set
   * there, with LIMIT_EXCEEDED for one above what the provider allows.
   */
  set?(call: Call, caps: readonly CapChange[]): Promise<Outcome<null>>;
  /** What the provider does not let the wallet do now; an empty list: nothing is forbidden. */
  restrictions?(call: Call): Promise<{ code: string; message: string }[]>;
}

/** CONTACTS: who among these has a wallet there. */
export interface Contacts extends Capability {
  /** @returns those of the phones that have an active wallet */
  find(call: Call, contacts: { phone: string; name?: string }[]): Promise<string[]>;
}
