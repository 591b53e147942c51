import { TypeID, typeid } from 'typeid-js';

/**
 * The prefix of each kind of object. The prefixed id is the Relay global id itself, so a prefix is never reused.
 */
export const idPrefixes = {
  Partner: 'par',
  ApiKey: 'key',
  Customer: 'cus',
  Wallet: 'wal',
  Payment: 'pay',
  Event: 'evt',
  LedgerAccount: 'acc',
  JournalEntry: 'jrn',
  Hold: 'hld',
  Batch: 'bat',
  Provider: 'prv',
  ProviderAccount: 'pac',
  PaymentAttempt: 'att',
  Service: 'svc',
  ServiceCategory: 'sct',
  Place: 'plc',
  Location: 'loc',
  Card: 'crd',
  Invoice: 'inv',
  PaymentTemplate: 'tpl',
  Remittance: 'rem',
  ServiceRequest: 'srq',
  WalletAuthorization: 'wau',
  ProviderWebhook: 'phk',
  Reconciliation: 'rec',
  ReconciliationBreak: 'rbr',
  IdentificationDowngrade: 'idg',
  CreditSession: 'crs',
  CreditRefund: 'crf',
  Message: 'msg',
  PersistedDocument: 'pdo',
  WebhookEndpoint: 'whe',
  WebhookDelivery: 'whd',
} as const;

export type IdKind = keyof typeof idPrefixes;

/**
 * A new id: the kind's prefix and a UUIDv7 in Crockford base32 (the TypeID format), so that ids sort by time.
 * @example newId('Payment') // 'pay_01h2xcejqtf2nbrexx3vqjhp41'
 */
export function newId(kind: IdKind): string {
  return typeid(idPrefixes[kind]).toString();
}

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * The beginning of every id of this kind made at that instant (its ten digits of milliseconds): no earlier id is greater,
 * no later one is less, when texts are compared by code unit.
 */
export function idFloor(kind: IdKind, at: Date): string {
  const digits = Array.from({ length: 10 }, (_, index) => Math.floor(at.getTime() / 32 ** (9 - index)) % 32);
  return `${idPrefixes[kind]}_${digits.map((digit) => BASE32[digit]).join('')}`;
}

/** Is this text an id of this kind, as far as its form tells? */
export function isId(kind: IdKind, text: string): boolean {
  if (!text.startsWith(`${idPrefixes[kind]}_`)) return false;
  try {
    TypeID.fromString(text);
    return true;
  } catch {
    return false;
  }
}
