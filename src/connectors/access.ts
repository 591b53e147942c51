import type { Call } from './connector.ts';
import type { Outcome } from './outcome.ts';
import type { Capability, IdentificationLevel, IdentificationStatus, ProviderPerson, Unmapped } from './values.ts';
import type { CodeChallenge } from './wallets.ts';

/** A token that a provider has issued. */
export interface IssuedToken {
  token: string;
  issuedAt: Date;
  expiresAt: Date;
  scopes: string[];
}

/** A token held in memory, by name and dates, never by value. */
export interface HeldCredential {
  name: string;
  /** The wallet it opens; null for the application's own. */
  walletNumber: string | null;
  issuedAt: Date;
  expiresAt: Date;
  lastUsedAt: Date;
}

/** CREDENTIALS: passwords and tokens. */
export interface Credentials extends Capability {
  requestPasswordReset?(call: Call, input: { phone: string }): Promise<Outcome<CodeChallenge>>;
  resetPassword?(call: Call, input: { phone: string; code: string; password: string }): Promise<Outcome<null>>;
  /** Where the owner's browser goes to consent. `state` comes back with it; `redirectUri` is needed again to redeem. */
  authorizationUrl?(input: { state: string; redirectUri: string; scopes: string[] | null }): {
    url: string;
    redirectUri: string;
  };
  /** Buys the token that the code from the consent page stands for. A code is good once: never repeated. */
  redeemCode?(call: Call, input: { code: string; redirectUri: string }): Promise<Outcome<IssuedToken>>;
  /** Has the provider issue further keys for the wallet; each call makes new ones. @returns values by credential name */
  issue?(
    call: Call,
    input: { name: string; notificationsUrl: string },
  ): Promise<Outcome<Readonly<Record<string, string>>>>;
  /** Names under which `issue` makes keys. */
  readonly issues?: readonly string[];
  /** How long a credential of this name lives from its issue; null or absent: until it is changed. */
  readonly lifetimesMs?: Readonly<Record<string, number>>;
  /** Tokens that this connector has bought and uses now. */
  held?(): HeldCredential[];
}

/** Identification as a provider has it. */
export interface ProviderIdentification {
  person: ProviderPerson;
  status: IdentificationStatus | Unmapped;
  providerStatus: string;
  changedAt: Date | null;
  verifiedAt: Date | null;
  /** The level that came of it, and the provider's own word; left out where the provider tells them with the wallet. */
  level?: IdentificationLevel | null;
  providerLevel?: string | null;
}

/** How far a step down has come. */
export type DowngradeState = 'CREATED' | 'PROCESSING' | 'COMPLETED' | 'FAILED';

/** A step down that needs a request and a confirmation. */
export interface Downgrades {
  /** Steps that are possible. */
  readonly steps: readonly { from: IdentificationLevel; to: IdentificationLevel }[];
  request(call: Call, to: IdentificationLevel): Promise<Outcome<{ reference: string }>>;
  /** A second confirmation answers the present state. */
  confirm(call: Call, reference: string): Promise<Outcome<{ state: DowngradeState | Unmapped }>>;
  status(call: Call, reference: string): Promise<DowngradeState | Unmapped>;
}

/** IDENTIFICATION: who the owner is. */
export interface Identification extends Capability {
  /** What `submit` cannot do without. */
  readonly required?: readonly (keyof ProviderPerson)[];
  /** The data go to the provider's check. Data that fail it are accepted, with the level that the wallet then has. */
  submit?(call: Call, person: ProviderPerson): Promise<Outcome<ProviderIdentification>>;
  /** @returns null when the provider has no data */
  load?(call: Call): Promise<ProviderIdentification | null>;
  readonly downgrades?: Downgrades;
  /** The partner vouches for a level of the wallet that the call is made for, without data. */
  vouch?(call: Call, input: { phone: string; level: Exclude<IdentificationLevel, 'NONE'> }): Promise<Outcome<null>>;
}
