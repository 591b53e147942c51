import type { ConfirmChoice } from '../../connectors/payments.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { Vault } from '../../lib/crypto.ts';

/** The members of the port that carry payments. */
export type PaymentMember = 'topUps' | 'transfers' | 'payouts' | 'transits';

/**
 * What a payment asks of its provider, as it is kept (sealed) from creation to the end: every repetition and every question
 * is made from it, also after a restart.
 */
export interface UpstreamOrder {
  member: PaymentMember;
  /** Who receives a transfer. */
  recipientPhone?: string;
  /** What the recipient reads with it. */
  note?: string;
  /** The provider's id of the invoice that a transfer pays: paying that is what creates the transfer there. */
  invoiceReference?: string;
  serviceReference?: string;
  parameters?: Record<string, string>;
  cardReference?: string;
  saveCard?: boolean;
  anonymous?: boolean;
  choice: ConfirmChoice;
  /** Where the receipt of an anonymous payment goes when it is completed. */
  receiptEmail?: string;
}

/** The order as stored; the payment's id binds it to its row. */
export const sealOrder = (vault: Vault, paymentId: string, order: UpstreamOrder): Uint8Array<ArrayBuffer> =>
  vault.seal(JSON.stringify(order), `payment.order:${paymentId}`);

/** @throws InvariantError when the payment has none, or it was changed or moved */
export function openOrder(vault: Vault, payment: Payment): UpstreamOrder {
  const sealed = payment.orderSealed ?? new Uint8Array();
  return JSON.parse(vault.open(sealed, `payment.order:${payment.id}`)) as UpstreamOrder;
}
