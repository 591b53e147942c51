import type { ProviderCardOffer, ProviderIssuedCard } from '../issued-cards.ts';
import type { CardState } from '../values.ts';
import { LONGEST_DAYS } from './windows.ts';
import type { WireIssuedCard, WireTariff } from './wire-cards.ts';

/** QIWI Master cards ↔ ours, without I/O (contract 2.10, 3.8). */

/** A card on its way to its owner is pending, whichever of the undocumented stages it is in. */
const states: Readonly<Record<string, CardState>> = {
  ACTIVE: 'ACTIVE',
  BLOCKED: 'BLOCKED',
  SENDED_TO_BANK: 'PENDING',
  SENDED_TO_USER: 'PENDING',
  UNKNOWN: 'PENDING',
};

const DAY_MS = 24 * 3_600_000;

/** MST-5, one card. `now` tells whether a block is still young enough to be undone, where the provider does not. */
export function mapIssuedCard({ qvx, balance, info }: WireIssuedCard, now: Date): ProviderIssuedCard {
  const state = states[qvx.status] ?? 'UNKNOWN';
  const age = qvx.blockedDate ? now.getTime() - qvx.blockedDate.getTime() : null;
  const isYoung = age !== null && age <= LONGEST_DAYS * DAY_MS;
  return {
    reference: qvx.id,
    state,
    providerState: qvx.status,
    maskedPan: qvx.maskedPan || null,
    scheme: 'UNKNOWN',
    alias: qvx.cardAlias || null,
    // the date as it is written, which is Moscow's
    expiresOn: /^\d{4}-\d{2}-\d{2}/.exec(qvx.cardExpire ?? '')?.[0] ?? null,
    balance: balance ?? null,
    limit: qvx.cardLimit ?? null,
    unblockable: state === 'BLOCKED' && (qvx.unblockAvailable ?? isYoung),
    activatedAt: qvx.activated ?? null,
    blockedAt: qvx.blockedDate ?? null,
    detailsSentAt: qvx.smsResended ?? null,
    paymentReference: qvx.txnId || null,
    offer: info ? mapOffer(info) : null,
    requisites: info?.details?.requisites ?? [],
    attributes: [
      ...(qvx.cardType ? [{ name: 'cardType', value: qvx.cardType }] : []),
      ...(qvx.txnId ? [{ name: 'txnId', value: qvx.txnId }] : []),
    ],
  };
}

/** MST-5, `info`: what the card was ordered as. */
export function mapOffer({ alias, name, price, period, details }: WireTariff): ProviderCardOffer {
  return {
    code: alias,
    kind: 'CARD',
    name: name || alias,
    description: details?.info || details?.description || null,
    features: details?.features ?? [],
    price: price ?? null,
    cards: null,
    period: period || null,
    tariffUrl: details?.tariffLink || null,
    termsUrl: details?.offerLink || null,
  };
}
