import type { Money } from '../money/money.ts';
import type { Capability } from './values.ts';

/** Whom a prefilled page pays. */
export type LinkDestination =
  | { kind: 'WALLET_PHONE'; phone: string }
  | { kind: 'NICKNAME'; nickname: string }
  | { kind: 'CARD'; number: string }
  | { kind: 'REQUISITES' }
  | { kind: 'SERVICE'; reference: string; account: string | null };

/** A page on which whoever opens it pays. */
export interface LinkInput {
  destination: LinkDestination;
  amount?: Money;
  note?: string;
  locked: readonly ('AMOUNT' | 'ACCOUNT' | 'NOTE')[];
}

/** A page that makes an invoice when it is opened. */
export interface InvoiceLinkInput {
  /** The wallet's published key. */
  publicKey: string;
  number?: string;
  amount?: Money;
  payer?: { phone?: string; email?: string; account?: string };
  message?: string;
  dueAt?: Date;
  payMethods?: readonly ('BALANCE' | 'CARD' | 'MOBILE_ACCOUNT')[];
  returnUrl?: string;
  attributes?: readonly { name: string; value: string }[];
}

/** PAYMENT_LINKS: addresses that the gateway forms; no call is made. */
export interface PaymentLinks extends Capability {
  /** @returns null when the provider has no page for this destination, or the issue that stands in the way */
  payment(input: LinkInput): { url: string } | { issue: string; field: string } | null;
  /** Name of the wallet's own key that `invoice` publishes (`credentials.issue`). */
  readonly invoiceKey?: string;
  invoice?(input: InvoiceLinkInput): { url: string } | { issue: string; field: string };
}
