import { formatAmount } from '../../money/money.ts';
import type { LinkDestination, LinkInput, PaymentLinks } from '../links.ts';
import { schemeOf } from './card-payees.ts';
import { bareNumber } from './config.ts';
import { invoiceLink } from './invoice-link.ts';
import { currencyOut } from './money.ts';
import type { Parts } from './parts.ts';
import { services } from './status.ts';
import { urlOf } from './transport.ts';

/** The page takes at most so many roubles (PAY-2). */
const MOST_ROUBLES = 99_999;

/** PAYMENT_LINKS: addresses of pages that the provider fills in (PAY-2, P2P-4); no call is made. */
export function paymentLinksCapability({ config }: Parts): PaymentLinks {
  return {
    operations: ['PAY-2', 'P2P-4'],
    invoiceKey: 'p2pPublicKey',
    payment: (input) => paymentLink(config.formUrl, input),
    invoice: (input) => invoiceLink(config.invoiceFormUrl, input),
  };
}

type Link = ReturnType<PaymentLinks['payment']>;

function paymentLink(formUrl: string, { destination, amount, note, locked }: LinkInput): Link {
  const page = pageOf(destination);
  if (!page) return null;
  if (amount && amount.currency !== 'RUB') return { field: 'amount', issue: 'The page takes roubles.' };
  const [roubles, kopecks] = amount ? formatAmount(amount).split('.') : [];
  if (roubles !== undefined && Number.parseInt(roubles, 10) > MOST_ROUBLES)
    return { field: 'amount', issue: `The page takes at most ${MOST_ROUBLES} roubles.` };
  if (note !== undefined && page.id !== services.transfer)
    return { field: 'note', issue: 'Only a transfer to a wallet by its phone takes a note.' };
  const names = { AMOUNT: 'sum', ACCOUNT: 'account', NOTE: 'comment' } as const;
  return {
    url: urlOf(`${formUrl}/${encodeURIComponent(page.id)}`, [
      ["extra['account']", page.account],
      ['amountInteger', roubles],
      // a fraction is a count of kopecks: 5 is 05
      ['amountFraction', kopecks && Number.parseInt(kopecks, 10).toString()],
      ["extra['comment']", note],
      ['currency', amount && currencyOut(amount.currency)],
      ...locked.map((field, index): [string, string] => [`blocked[${index}]`, names[field]]),
      ["extra['accountType']", page.accountType],
    ]),
  };
}

/** Which page, and who is paid there, in the form of that service's `fields.account`. */
function pageOf(to: LinkDestination): { id: string; account?: string; accountType?: string } | null {
  switch (to.kind) {
    case 'WALLET_PHONE':
      return { id: services.transfer, account: bareNumber(to.phone) };
    case 'NICKNAME':
      return { id: services.nickname, account: to.nickname, accountType: 'nickname' };
    case 'CARD': {
      const scheme = schemeOf(to.number);
      return scheme && { id: cardPages[scheme], account: to.number };
    }
    case 'REQUISITES':
      return { id: services.requisites };
    case 'SERVICE':
      return { id: to.reference, account: to.account ?? undefined };
  }
}

/** Cards of Russian banks (PAY-2). */
const cardPages = { VISA: '1963', MASTERCARD: '21013', MIR: '31652' } as const;
