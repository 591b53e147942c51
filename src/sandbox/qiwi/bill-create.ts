import { randomUUID } from 'node:crypto';
import { issueBill } from './bill-engine.ts';
import { malformed } from './errors.ts';
import { object, optionalText, text } from './http.ts';
import type { Bill, KeyPair, Minor } from './model.ts';
import { minorOf, toMinor } from './money.ts';
import { parseStamp } from './time.ts';
import type { World } from './world.ts';

const DAY = 86_400_000;
/** A bill ends 45 days after its creation, whatever it asks for (appendix A.1). */
export const LONGEST_MS = 45 * DAY;
const COMMENT = 255;
/** `number(6.2)`: six digits before the point. */
const TOO_MUCH: Minor = 100_000_000n;
const paySources = ['qw', 'card', 'mobile'];

type Asked = Pick<
  Bill,
  'amount' | 'currency' | 'expirationText' | 'customer' | 'customFields' | 'comment' | 'successUrl'
>;

/** Hundredths of an amount given as text or as a JSON number, rounded down. @throws Refusal 400 */
export function billAmount(value: unknown): Minor {
  const amount = typeof value === 'string' ? minorOf(value) : toMinor(value);
  const known = amount !== null && amount > 0n ? amount : malformed('amount.value must be a positive amount');
  return known < TOO_MUCH ? known : malformed('amount.value must be below 1000000');
}

/** An object whose values are strings. @throws Refusal 400 */
function strings(body: Record<string, unknown>, name: string): Record<string, string> | null {
  if (body[name] === undefined || body[name] === null) return null;
  const entries = Object.entries(object(body, name));
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      typeof value === 'string' ? value : malformed(`${name}.${key} must be a string`),
    ]),
  );
}

/** Checks the fields that the service itself reads. @throws Refusal 400 */
export function checkCustomFields(fields: Record<string, string> | null): void {
  const { paySourcesFilter, themeCode = '' } = fields ?? {};
  if (paySourcesFilter !== undefined && !paySourcesFilter.split(',').every((source) => paySources.includes(source)))
    malformed('customFields.paySourcesFilter must be a comma list of qw, card, mobile');
  if (themeCode.length > COMMENT) malformed('customFields.themeCode must have at most 255 characters');
}

/** A bill's comment. @throws Refusal 400 */
export const checkedComment = (comment: string | undefined): string | null =>
  (comment ?? '').length > COMMENT ? malformed('comment must have at most 255 characters') : (comment ?? null);

/** A bill's id: letters, digits, `_`, `-`, at most 200 characters. @throws Refusal 400 */
export const checkedBillId = (billId: string): string =>
  /^[A-Za-z0-9_-]{1,200}$/.test(billId) ? billId : malformed('billId must be 1 to 200 letters, digits, _ or -');

/** Reads the body of P2P-1. @throws Refusal 400 that names the field */
export function askedBy(body: Record<string, unknown>): Asked {
  const money = object(body, 'amount');
  const code = text(money, 'currency');
  const currency = code === 'RUB' || code === 'KZT' ? code : malformed('amount.currency must be RUB or KZT');
  const expirationText = text(body, 'expirationDateTime');
  if (parseStamp(expirationText) === null) malformed('expirationDateTime must have the form YYYY-MM-DDThh:mm:ss+hh:mm');
  const customFields = strings(body, 'customFields');
  checkCustomFields(customFields);
  return {
    amount: billAmount(money['value']),
    currency,
    expirationText,
    customer: strings(body, 'customer'),
    customFields,
    comment: checkedComment(optionalText(body, 'comment')),
    successUrl: null,
  };
}

const sameBill = (bill: Bill, asked: Asked): boolean =>
  bill.amount === asked.amount &&
  bill.currency === asked.currency &&
  bill.expirationText === asked.expirationText &&
  bill.comment === asked.comment &&
  JSON.stringify([bill.customer, bill.customFields]) === JSON.stringify([asked.customer, asked.customFields]);

/**
 * Makes a bill, WAITING, and issues it to the wallet of the sandbox whose phone the customer has.
 * An id that is known gives the bill it belongs to, when the same is asked (convention: not documented).
 * @throws Refusal 400 when the id belongs to another bill
 */
export function createBill(world: World, keys: KeyPair, billId: string, asked: Asked): Bill {
  const key = `${keys.siteId}/${billId}`;
  const known = world.bills.get(key);
  if (known !== undefined) return sameBill(known, asked) ? known : malformed(`There is another bill ${billId}`);
  const createdAt = world.clock.now();
  const asksUntil = parseStamp(asked.expirationText)?.at.getTime() ?? Number.POSITIVE_INFINITY;
  const expiresAt = new Date(Math.min(asksUntil, createdAt.getTime() + LONGEST_MS));
  const bill: Bill = {
    ...asked,
    billId,
    keys,
    uid: randomUUID(),
    status: 'WAITING',
    changedAt: createdAt,
    createdAt,
    expiresAt,
  };
  world.bills.set(key, bill);
  const payer = world.wallets.get((asked.customer?.['phone'] ?? '').replace(/^\+/, ''));
  if (payer !== undefined && payer !== keys.wallet) issueBill(world, bill, payer);
  return bill;
}
