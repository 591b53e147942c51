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
}

/** IDENTIFICATION: who the owner is. */
export interface Identification extends Capability {
  /** The data go to the provider's check. */
  submit?(call: Call, person: ProviderPerson): Promise<Outcome<ProviderIdentification>>;
  /** @returns null when the provider has no data */
  load?(call: Call): Promise<ProviderIdentification | null>;
  /** The partner vouches for a level, without data. */
  vouch?(call: Call, input: { phone: string; level: Exclude<IdentificationLevel, 'NONE'> }): Promise<Outcome<null>>;
}
