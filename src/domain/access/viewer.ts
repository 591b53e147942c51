import type { Scope } from '../../db/generated/enums.ts';

/** The operator, with the key from the environment: the access block, and reading everything. */
export interface AdminViewer {
  kind: 'ADMIN';
}

/** A partner's server, with its API key. */
export interface PartnerViewer {
  kind: 'PARTNER';
  partnerId: string;
  apiKeyId: string;
  scopes: ReadonlySet<Scope>;
}

/** A frontend that acts for one customer, with a short-lived token that the partner's server minted. */
export interface CustomerViewer {
  kind: 'CUSTOMER';
  partnerId: string;
  customerId: string;
  scopes: ReadonlySet<Scope>;
  expiresAt: Date;
}

/** Who is asking. */
export type Viewer = AdminViewer | PartnerViewer | CustomerViewer;

/** A viewer who acts inside one partner's tenancy. */
export type TenantViewer = PartnerViewer | CustomerViewer;

/** The credentials are missing, wrong or out of date; the message says which and what to do. */
export class UnauthenticatedError extends Error {}
