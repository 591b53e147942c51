import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Card, Kopecks, Page, Payment } from './model.ts';
import { padded } from './money.ts';
import { decline, moveCard, settle } from './payment-engine.ts';
import type { World } from './world.ts';

/** The acquirer IPSP: payment pages, test cards, and what an approved or refused card does (sections 1.9 and 3.3). */

export interface TestCard {
  pan: string;
  expiry: string;
  cvv: string;
  secure: boolean;
}

/** Section 1.9, sandbox cards. */
export const testCards: readonly TestCard[] = [
  { pan: '5417150893587260', expiry: '01/17', cvv: '082', secure: true },
  { pan: '4652060573334999', expiry: '01/17', cvv: '067', secure: true },
  { pan: '4652060724922338', expiry: '01/17', cvv: '989', secure: false },
  { pan: '5417150396276825', expiry: '01/17', cvv: '789', secure: false },
];

export const SECURE_PASSWORD = '123456';

interface Visit {
  card: Card;
  payment?: Payment;
  amount: Kopecks;
  successUrl?: string;
  failureUrl?: string;
  iframe?: boolean;
}

/** Opens a payment page and makes the card `pending`; the URL's parameters come in the order of the documents. */
export function openPage(world: World, { iframe, ...visit }: Visit): Page {
  const { card, payment, amount } = visit;
  const stored = [
    ['biller_client_id', payment === undefined ? randomUUID() : String(card.id)],
    ['perspayee_expiry', '0150'],
    ['recur_freq', '1'],
  ];
  const query = new URLSearchParams([
    ['product_id', '1721'],
    ['desc', payment?.type === 'inout' ? 'TestWallet' : 'mserver2'],
    ['payment_type', payment === undefined ? 'A' : 'S'],
    ['amount', padded(amount)],
    ['currency', 'RUB'],
    ...(payment === undefined
      ? [...stored, ['locale', 'ru']]
      : [
          ['cf', String(payment.id)],
          ['locale', 'ru'],
        ]),
    ...(payment !== undefined && card.id !== undefined ? stored : []),
    ...(iframe === undefined ? [] : [['iframe', String(iframe)]]),
  ]);
  const hash = createHash('sha1').update(randomBytes(16)).update(query.toString()).digest('hex');
  query.append('hash', hash);
  const page: Page = { ...visit, hash, url: `${world.url()}/ipsp/frontend/endpoint?${query}`, step: 'form' };
  world.pages.set(hash, page);
  card.page = page;
  moveCard(world, card, 'pending');
  return page;
}

/** `541715******2399` (section 1.9). */
const masked = (pan: string): string => `${pan.slice(0, 6)}******${pan.slice(-4)}`;

/** Takes the card data; a card with 3-D Secure goes on to its password, any other is refused (trap T-68). */
export function enterCard(world: World, page: Page, entered: Omit<TestCard, 'secure'>): void {
  const { card } = page;
  page.pan = entered.pan;
  card.title = masked(entered.pan);
  card.type = entered.pan.startsWith('4') ? 'Visa' : 'MasterCard';
  const known = testCards.find(
    ({ pan, expiry, cvv }) => pan === entered.pan && expiry === entered.expiry && cvv === entered.cvv,
  );
  if (known?.secure) {
    page.step = 'secure';
    page.ticket = randomBytes(16).toString('hex');
  } else refusePage(world, page);
}

/** The card's bank agrees: a card to be kept becomes `active`, a one-off `used`, and the payment goes on. */
export function approvePage(world: World, page: Page): void {
  if (page.step === 'approved' || page.step === 'declined') return;
  const { card, payment } = page;
  page.step = 'approved';
  if (card.title === undefined) {
    card.title = masked('5417150893587260');
    card.type = 'MasterCard';
  }
  moveCard(world, card, card.id === undefined ? 'used' : 'active');
  if (payment?.status === 'processing') settle(world, payment);
}

/** The card's bank refuses, or the payer has cancelled. */
export function refusePage(world: World, page: Page): void {
  if (page.step === 'approved' || page.step === 'declined') return;
  page.step = 'declined';
  moveCard(world, page.card, 'failed');
  if (page.payment?.status === 'processing') decline(world, page.payment, 'invalid_data');
}
