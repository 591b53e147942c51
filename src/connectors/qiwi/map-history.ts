import type { Attribute, PaymentKind, ProviderCard, ProviderPayment } from '../values.ts';
import { declineOf, paymentStatuses, services } from './status.ts';
import type { WireHistoryItem } from './wire-history.ts';

/** The history ↔ ours, without I/O (contract 2.5 and the words of 3.1, 4.2). */

/** The wallet itself in QIWI's own catalogue: what paid, or where money came from (samples of HIS-1 and HOK-7). */
const QIWI_WALLET = '7';

/** A wallet's number, as it stands in `account`: with or without its plus (trap T70). */
const walletNumber = (account: string | null | undefined): string | null =>
  /^\+?([1-9]\d{9,14})$/.exec(account ?? '')?.[1] ?? null;

const phoneOf = (number: string | null): string | null => (number === null ? null : `+${number}`);

/**
 * One item of the history, or a transaction in detail.
 * @returns amounts as the provider tells them, both times the only one that it tells; `clientId` for what went out only: the id of a payment
 *   that came in is its sender's, unique among the sender's ids and not among ours (trap T17)
 */
export function mapHistoryItem(item: WireHistoryItem): ProviderPayment {
  const status = paymentStatuses[item.status] ?? 'UNKNOWN';
  const errorCode = item.errorCode && item.errorCode !== '0' ? item.errorCode : null;
  const { actions, attributes } = offeredBy(item.features);
  return {
    reference: item.txnId,
    clientId: item.type === 'IN' ? null : item.trmTxnId || null,
    kind: kindOf(item),
    status,
    providerStatus: item.status,
    amount: item.sum,
    total: item.total ?? null,
    fee: item.commission ?? null,
    nextAction: null,
    ...(status === 'DECLINED' ? declineOf(errorCode ?? '0') : { declineReason: null }),
    declineMessage: status === 'DECLINED' ? item.error || item.statusText || null : null,
    ...partiesOf(item),
    direction: item.type === 'IN' ? 'IN' : 'OUT',
    card: null,
    parameters: item.type !== 'IN' && item.account ? [{ id: 'account', title: null, value: item.account }] : [],
    attributes,
    note: item.comment || null,
    title: item.provider?.shortName || null,
    subtitle: null,
    description: null,
    receiptNumber: null,
    walletNumber: item.personId,
    exchangeRate: isOne(item.currencyRate) ? null : (item.currencyRate ?? null),
    fundingSource: item.type !== 'IN' && item.source?.id === QIWI_WALLET ? 'BALANCE' : null,
    ...(actions ? { actions } : {}),
    providerCode: errorCode,
    createdAt: item.date,
    completedAt: status === 'COMPLETED' || status === 'DECLINED' ? item.date : null,
  };
}

const isOne = (rate: string | null | undefined): boolean => /^1(\.0*)?$/.test(rate ?? '');

function kindOf({ type, provider, account, personId }: WireHistoryItem): PaymentKind {
  const other = walletNumber(account);
  if (provider?.id === services.exchange) return other === null || other === personId ? 'EXCHANGE' : 'TRANSFER';
  if (type === 'IN') return isFromWallet(provider?.id, other) ? 'TRANSFER' : 'TOP_UP';
  return provider?.id === services.transfer ? 'TRANSFER' : 'PAYOUT';
}

/** Money from a terminal or an agent comes with their name where a wallet's number would stand. */
const isFromWallet = (providerId: string | null | undefined, sender: string | null): boolean =>
  sender !== null && (providerId === QIWI_WALLET || providerId === services.transfer);

function partiesOf(item: WireHistoryItem): Pick<ProviderPayment, 'source' | 'destination'> {
  const own = { kind: 'WALLET', phone: phoneOf(item.personId) } as const;
  const account = walletNumber(item.account);
  const kind = kindOf(item);
  if (kind === 'EXCHANGE') return { source: own, destination: own };
  const wallet = { kind: 'WALLET', phone: phoneOf(account) } as const;
  if (item.type === 'IN') {
    const name = item.account || item.provider?.shortName || 'unknown';
    return { source: kind === 'TRANSFER' ? wallet : { kind: 'EXTERNAL', description: name }, destination: own };
  }
  const source = item.type === 'QIWI_CARD' ? ({ kind: 'CARD', card: cardOf(item.account) } as const) : own;
  return { source, destination: kind === 'TRANSFER' ? wallet : payeeOf(item) };
}

function payeeOf({ provider, account }: WireHistoryItem): ProviderPayment['destination'] {
  if (!provider?.id) return { kind: 'EXTERNAL', description: provider?.shortName || account || 'unknown' };
  const name = provider.shortName || provider.longName || provider.id;
  return { kind: 'SERVICE', reference: provider.id, name, disabled: false };
}

/** A card of the wallet's owner that paid: known by its masked number, where the history shows one. */
const cardOf = (account: string | null | undefined): ProviderCard => ({
  reference: null,
  state: 'ACTIVE',
  providerState: 'ACTIVE',
  maskedPan: account && /\*/.test(account) ? account : null,
  scheme: 'UNKNOWN',
  nextAction: null,
});

const actionOf = {
  chequeReady: 'RECEIPT',
  repeatPaymentEnabled: 'REPEAT',
  favoritePaymentEnabled: 'SAVE_AS_TEMPLATE',
} as const;

/** What can be done with a payment, by the flags of its detail (HIS-3); the other flags are attributes. */
function offeredBy(features: WireHistoryItem['features']) {
  if (!features) return { actions: null, attributes: [] };
  const actions = features.flatMap(({ name, set }) =>
    set && Object.hasOwn(actionOf, name) ? [actionOf[name as keyof typeof actionOf]] : [],
  );
  const attributes: Attribute[] = features
    .filter(({ name }) => !Object.hasOwn(actionOf, name))
    .map(({ name, set }) => ({ name, value: String(set) }));
  return { actions, attributes };
}
