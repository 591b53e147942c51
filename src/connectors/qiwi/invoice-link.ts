import { formatAmount } from '../../money/money.ts';
import type { InvoiceLinkInput } from '../links.ts';
import { bareNumber } from './config.ts';
import { paySourcesOf } from './map-invoice.ts';
import { moscowTime } from './time.ts';
import { urlOf } from './transport.ts';

const LONGEST_COMMENT = 255;
/** `amount` of P2P-4 has at most six digits before the point, in minor units. */
const LARGEST = 99_999_999n;

/**
 * The address of a page that makes an invoice when it is opened (P2P-4); roubles only.
 * @param page `https://oplata.qiwi.com/create`
 */
export function invoiceLink(page: string, input: InvoiceLinkInput): { url: string } | { issue: string; field: string } {
  const { publicKey, number, amount, payer = {}, message, dueAt, payMethods, returnUrl, attributes = [] } = input;
  if (number !== undefined && !/^[\w-]{1,200}$/.test(number))
    return { field: 'number', issue: 'The number has up to 200 letters, digits, "_" and "-".' };
  if (amount && amount.currency !== 'RUB') return { field: 'amount', issue: 'The page takes roubles.' };
  if (amount && amount.minor > LARGEST) return { field: 'amount', issue: 'An invoice is for at most 999999.99.' };
  if ((message ?? '').length > LONGEST_COMMENT)
    return { field: 'message', issue: `The message has at most ${LONGEST_COMMENT} characters.` };
  return {
    url: urlOf(page, [
      ['publicKey', publicKey],
      ['billId', number],
      ['amount', amount && formatAmount(amount)],
      ['phone', payer.phone && bareNumber(payer.phone)],
      ['email', payer.email],
      ['account', payer.account],
      ['comment', message],
      ['customFields[paySourcesFilter]', payMethods?.length ? paySourcesOf(payMethods) : undefined],
      ...attributes.map(({ name, value }): [string, string] => [`customFields[${name}]`, value]),
      ['lifetime', dueAt && lifetimeOf(dueAt)],
      ['successUrl', returnUrl],
    ]),
  };
}

/** `YYYY-MM-DDThhmm`, by Moscow's clock. */
const lifetimeOf = (at: Date): string => moscowTime(at).slice(0, 16).replace(':', '');
