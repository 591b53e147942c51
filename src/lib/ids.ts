import { randomFillSync } from 'node:crypto';
import { TypeID } from 'typeid-js';

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

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';
const digits = Buffer.from(BASE32, 'latin1');
/** Where an id is put together: ids are made in every request, so without a piece of garbage for each digit. */
const text = Buffer.alloc(64);

/**
 * The id that says a number of 128 bits: the kind's prefix and 26 digits of Crockford base32 (the TypeID format).
 * @param bytes 16 of them, a UUID for what has one
 */
export function idOf(kind: IdKind, bytes: Uint8Array): string {
  const start = text.write(`${idPrefixes[kind]}_`, 'latin1');
  // from the last digit to the first, which has the three bits that are left
  let at = start + 26;
  let held = 0;
  let bits = 0;
  for (let index = 15; index >= 0; index -= 1) {
    held |= (bytes[index] ?? 0) << bits;
    for (bits += 8; bits >= 5; bits -= 5) {
      at -= 1;
      text[at] = digits[held & 31] ?? 0;
      held >>>= 5;
    }
  }
  text[at - 1] = digits[held] ?? 0;
  return text.toString('latin1', 0, start + 26);
}

const random = Buffer.alloc(4096);
let used = random.length;
/** That many bytes from the system's source of randomness, which is asked seldom because each asking costs. */
function randomBytes(count: number): Buffer {
  if (used + count > random.length) {
    randomFillSync(random);
    used = 0;
  }
  used += count;
  return random.subarray(used - count, used);
}

const uuid = Buffer.alloc(16);
let millisecond = 0;
/** Counts the ids of one millisecond from somewhere in the lower half of 32 bits. */
let sequence = 0;

/**
 * A new id: the kind's prefix and a UUIDv7 (RFC 9562) in base32, so that ids sort by time. Those of one process sort in the order
 * in which they were made, even when the machine's clock goes back.
 * @example newId('Payment') // 'pay_01h2xcejqtf2nbrexx3vqjhp41'
 */
export function newId(kind: IdKind): string {
  const now = Date.now();
  if (now > millisecond) {
    millisecond = now;
    sequence = randomBytes(4).readUInt32BE() >>> 1;
  } else if (sequence < 0xff_ff_ff_ff) {
    sequence += 1;
  } else {
    millisecond += 1;
    sequence = 0;
  }
  // 48 bits of time, the version 7, 32 bits of sequence around the variant 10, 42 random bits
  uuid.writeUIntBE(millisecond, 0, 6);
  uuid[6] = 0x70 | (sequence >>> 28);
  uuid[7] = sequence >>> 20;
  uuid[8] = 0x80 | ((sequence >>> 14) & 0x3f);
  uuid[9] = sequence >>> 6;
  uuid.set(randomBytes(6), 10);
  uuid[10] = ((sequence & 0x3f) << 2) | ((uuid[10] ?? 0) & 0x03);
  return idOf(kind, uuid);
}

/**
 * The beginning of every id of this kind made at that instant (its ten digits of milliseconds): no earlier id is greater,
 * no later one is less, when texts are compared by code unit.
 */
export function idFloor(kind: IdKind, at: Date): string {
  const time = Array.from({ length: 10 }, (_, index) => Math.floor(at.getTime() / 32 ** (9 - index)) % 32);
  return `${idPrefixes[kind]}_${time.map((digit) => BASE32[digit]).join('')}`;
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
