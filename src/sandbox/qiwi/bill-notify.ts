import { createHmac } from 'node:crypto';
import { stringify } from 'lossless-json';
import type { Bill } from './model.ts';
import { padded } from './money.ts';
import { parseStamp, stamp } from './time.ts';
import type { World } from './world.ts';

const MINUTE = 60_000;
/** Appendix A.3: "growing intervals for 24 hours"; the figures are ours. */
const REPEAT = {
  delaysMs: [1, 5, 15, 60, 240, 480, 639].map((minutes) => minutes * MINUTE),
  answerWithinMs: 10_000,
  accepts: [200],
};

/** What a P2P-5 signature covers. */
export interface SignedBill {
  currency: string;
  /** With two decimals: `1.00`. */
  value: string;
  billId: string;
  siteId: string;
  status: string;
}

/** `X-Api-Signature-SHA256` (appendix A.3): lower-case hex of HMAC-SHA256 with the secret key as UTF-8. */
export function billSignature(secretKey: string, bill: SignedBill): string {
  const { currency, value, billId, siteId, status } = bill;
  const message = [currency, value, billId, siteId, status].join('|');
  return createHmac('sha256', secretKey).update(message, 'utf8').digest('hex');
}

/** `2021-01-18T15:25:18+03`: a notification's offsets have no minutes. */
const short = (at: Date): string => stamp(at).replace(/:00$/, '');

/** The parts of a bill that its answers and its notification share. */
export function billParts(bill: Bill) {
  const { keys, billId, currency, customer, customFields, comment } = bill;
  return {
    siteId: keys.siteId,
    billId,
    amount: { currency, value: padded(bill.amount) },
    ...(customer === null ? {} : { customer }),
    ...(customFields === null ? {} : { customFields }),
    ...(comment === null ? {} : { comment }),
  };
}

/** P2P-5: tells the owner of the bill's keys of its state, when an address was registered with the keys. */
export function notifyBill(world: World, bill: Bill): void {
  const { notificationsUrl: url, secretKey } = bill.keys;
  if (url === null) return;
  const { siteId, billId, amount, ...asSent } = billParts(bill);
  const body = {
    bill: {
      siteId,
      billId,
      amount,
      status: { value: bill.status, changedDateTime: short(bill.changedAt) },
      ...asSent,
      creationDateTime: short(bill.createdAt),
      expirationDateTime: short(parseStamp(bill.expirationText)?.at ?? bill.expiresAt),
    },
    version: '1',
  };
  const signed = { currency: amount.currency, value: amount.value, billId, siteId, status: bill.status };
  world.webhooks.emit('qiwi', {
    operation: 'P2P-5',
    url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-api-signature-sha256': billSignature(secretKey, signed),
    },
    body: stringify(body) ?? '',
    repeat: REPEAT,
  });
}
