import type { ConfirmChoice } from '../../connectors/payments.ts';
import type { Payment } from '../../db/generated/client.ts';
import type { PaymentKind } from '../../db/generated/enums.ts';
import { present } from '../../lib/assert.ts';
import type { Vault } from '../../lib/crypto.ts';
import type { KeptParty } from '../mirror/parties.ts';

/** The members of the port that carry payments. */
export type PaymentMember = 'topUps' | 'transfers' | 'payouts' | 'transits' | 'exchange' | 'invoices';

/**
 * What a payment asks of its provider, as it is kept (sealed) from creation to the end: every repetition and every question
 * is made from it, also after a restart. Of a payout it is erased at the end (progress.ts): questions about what is
 * undone and redone later need nothing of it.
 */
export interface UpstreamOrder {
  member: PaymentMember;
  /** Who receives a transfer, or what a conversion buys. */
  recipientPhone?: string;
  /** What the recipient reads with it. */
  note?: string;
  /** The provider's id of the invoice that is paid: by a transfer, which paying it creates there, or in one call. */
  invoiceReference?: string;
  /** Whom that invoice is of, as the provider's history names a payee. */
  merchantReference?: string;
  serviceReference?: string;
  /** The payee's identifier with the service (a phone, a card's or an account's number), where it is known by itself. */
  account?: string;
  /** The balance that pays, where it is not the one of the amount. */
  fromCurrency?: string;
  /** What a conversion buys, minor units; the payment's own amount is what it costs. */
  bought?: { minor: string; currency: string };
  parameters?: Record<string, string>;
  cardReference?: string;
  saveCard?: boolean;
  anonymous?: boolean;
  choice: ConfirmChoice;
  /** Where the receipt of an anonymous payment goes when it is completed. */
  receiptEmail?: string;
  /** What is left to fall back on, cheapest first, where no provider was named. */
  ways?: OtherWay[];
  /** What a card is charged for the first leg of a transit, where another provider carries the second; minor units. */
  charge?: string;
  /** That second leg: through which account, and what is asked of it once the card's money has come in. */
  onward?: { accountId: string; order: UpstreamOrder };
  /** The highest fee that is agreed to, where that is more than the payment's own; minor units. */
  maxFee?: string;
}

/** Another way for the same payment: through which account, what is asked of it, and the price when the payment was made. */
export interface OtherWay {
  accountId: string;
  order: UpstreamOrder;
  /** Minor units. */
  fee: string;
  /** How the destination is shown on this way: a service of its catalogue, or a party. */
  serviceId: string | null;
  shown: KeptParty | null;
}

/** The order as stored; the payment's id binds it to its row. */
export const sealOrder = (vault: Vault, paymentId: string, order: UpstreamOrder): Uint8Array<ArrayBuffer> =>
  vault.seal(JSON.stringify(order), `payment.order:${paymentId}`);

/**
 * The order of a payment that a provider carries; of one that has ended, what is needed to ask about it.
 * @throws InvariantError when it was changed or moved
 */
export function openOrder(
  vault: Vault,
  payment: Pick<Payment, 'id' | 'orderSealed' | 'kind' | 'sourceWalletId' | 'destinationWalletId'>,
): UpstreamOrder {
  const { id, orderSealed, kind, sourceWalletId, destinationWalletId } = payment;
  if (orderSealed) return JSON.parse(vault.open(orderSealed, `payment.order:${id}`)) as UpstreamOrder;
  const member = present(members[kind], 'a member of the port for a payment that a provider carries');
  return { member, anonymous: sourceWalletId === null && destinationWalletId === null, choice: {} };
}

const members: Partial<Record<PaymentKind, PaymentMember>> = {
  TOP_UP: 'topUps',
  TRANSFER: 'transfers',
  PAYOUT: 'payouts',
  EXCHANGE: 'exchange',
  TRANSIT: 'transits',
};

/** The payee's identifier: as it is known by itself, else the first of the service's parameters. */
export const accountOf = ({ account, recipientPhone, parameters }: UpstreamOrder): string | undefined =>
  account ?? recipientPhone ?? Object.values(parameters ?? {})[0];

/** How whom a service is paid for is shown: at most half of its identifier. */
export function payeeMaskOf(order: UpstreamOrder): string | null {
  const account = order.recipientPhone ? undefined : accountOf(order);
  return account === undefined
    ? null
    : `•••${account.slice(account.length - Math.min(4, Math.floor(account.length / 2)))}`;
}
