import { randomUUID } from 'node:crypto';
import type { Call } from '../connector.ts';
import type { CardPurchase, IssuedCards, ProviderCardDetails, ProviderCardOffer } from '../issued-cards.ts';
import { outcomeOf, type ProviderRejected } from '../outcome.ts';
import { protocol, refusal, unfit } from './answer.ts';
import { mapIssuedCard, mapOffer } from './map-card.ts';
import { done, ownNumber, type Parts, watched } from './parts.ts';
import { services } from './status.ts';
import { moscowDay, wholeSecondFrom } from './time.ts';
import { LONGEST_DAYS } from './windows.ts';

/** What contract 2.10 says of the offers; prices are told by the cards that the owner has, or when one is ordered. */
const unknownTerms = { description: null, features: [], price: null, period: null, tariffUrl: null, termsUrl: null };
const cardOffers: readonly ProviderCardOffer[] = [
  { ...unknownTerms, code: 'qvc-cpa', kind: 'CARD', name: 'QIWI Master Prepaid', cards: null },
  { ...unknownTerms, code: 'qvc-cpa-debit', kind: 'CARD', name: 'QIWI Master Debit', cards: null },
];
const packageOffer: ProviderCardOffer = {
  ...unknownTerms,
  code: 'qvc-master',
  kind: 'PACKAGE',
  name: 'QIWI Master',
  // no call tells it: the price of the contract's MST-1
  price: { minor: 299_900n, currency: 'RUB' },
  cards: 5,
};

type Submitted = {
  state: 'COMPLETED' | 'PAYMENT_REQUIRED';
  price: ProviderCardOffer['price'];
  cardReference: string | null;
};

/** ISSUED_CARDS: QIWI Master (contract 2.10, 3.7, 3.8). */
export function issuedCardsCapability(parts: Parts): IssuedCards {
  const { client, config, clock, log } = parts;
  const { cards } = client;
  const purchase = (call: Call, serviceReference: string, serviceName: string, more: Record<string, string>) =>
    ({
      serviceReference,
      serviceName,
      parameters: { account: ownNumber(call, config), ...more },
    }) satisfies CardPurchase;
  return {
    operations: ['MST-1', 'MST-2', 'MST-3', 'MST-4', 'MST-5', 'MST-6', 'MST-7', 'MST-8', 'MST-9', 'MST-10'],
    statementDays: LONGEST_DAYS,
    async offers(call) {
      const known = (await cards.list(call)).flatMap(({ info }) => (info ? [mapOffer(info)] : []));
      return [...cardOffers.map((offer) => known.find(({ code }) => code === offer.code) ?? offer), packageOffer];
    },
    order: (call, offerCode) => outcomeOf(() => order(parts, call, offerCode)),
    submit: (call, orderReference) => outcomeOf(() => submit(parts, call, orderReference)),
    orderPayment: (call, orderReference) =>
      purchase(call, services.paidCard, 'QIWI Master card', { order_id: orderReference }),
    packagePayment: (call, offerCode) =>
      offerCode === packageOffer.code
        ? purchase(call, services.cardPackage, packageOffer.name, { vas_alias: packageOffer.code })
        : null,
    list: async (call) => (await cards.list(call)).map((card) => watched(log, mapIssuedCard(card, clock.now()))),
    block: (call, reference) => done(() => cards.block(call, reference)),
    unblock: (call, reference) => done(async () => judge('MST-8', (await cards.unblock(call, reference)).status, null)),
    rename: (call, reference, alias) =>
      done(async () => {
        const { status, error } = await cards.rename(call, reference, alias);
        judge('MST-10', status, error ?? null);
      }),
    reveal: (call, reference) => outcomeOf(() => reveal(parts, call, reference)),
    async statement(call, reference, { from, to }) {
      if (moscowDay(to) - moscowDay(from) > LONGEST_DAYS)
        throw unfit('MST-6', `A statement is over at most ${LONGEST_DAYS} days.`);
      const { content } = await cards.statement(call, reference, { from, till: wholeSecondFrom(to) });
      return { contentType: 'application/pdf', content };
    },
  };
}

async function order({ client, log }: Parts, call: Call, offerCode: string): Promise<{ orderReference: string }> {
  if (!cardOffers.some(({ code }) => code === offerCode))
    throw unfit('MST-2', `A card is one of ${cardOffers.map(({ code }) => code).join(', ')}.`);
  const { id, cardAlias, status } = await client.cards.order(call, offerCode);
  if (cardAlias !== offerCode) throw protocol('MST-2', 'ECHO_MISMATCH', 'the answer speaks of another card');
  if (status === 'DRAFT') return { orderReference: id };
  throw unmapped(log, 'MST-2', id, status);
}

async function submit({ client, log }: Parts, call: Call, orderReference: string): Promise<Submitted> {
  const { id, status, price, cardId } = await client.cards.submit(call, orderReference);
  if (id !== orderReference) throw protocol('MST-3', 'ECHO_MISMATCH', 'the answer speaks of another order');
  if (status === 'COMPLETED') {
    if (!cardId) throw protocol('MST-3', 'MISSING_FIELD', 'missing or malformed: cardId');
    return { state: status, price: price ?? null, cardReference: cardId };
  }
  if (status !== 'PAYMENT_REQUIRED') throw unmapped(log, 'MST-3', id, status);
  if (!price) throw protocol('MST-3', 'MISSING_FIELD', 'missing or malformed: price');
  return { state: status, price, cardReference: null };
}

/** Passes through once: what is answered stands in no recording, and in no message of an error. */
async function reveal({ client }: Parts, call: Call, reference: string): Promise<ProviderCardDetails> {
  const { status, pan, cvv } = await client.cards.details(call, reference, randomUUID());
  judge('MST-9', status, null);
  if (!pan || !cvv) throw protocol('MST-9', 'MISSING_FIELD', `missing or malformed: ${pan ? 'cvv' : 'pan'}`);
  return { pan, cvv };
}

/** Words of contract 3.8 that say no. A confirmation cannot be given through this API. */
const refused: ReadonlySet<string> = new Set(['FAIL', 'CONFIRMATION_REQUIRED', 'CONFIRMATION_LIMIT_EXCEED']);

/** The status alone decides (trap T56). @throws ProviderRejected for a no, ProtocolError for a word that is in no table */
function judge(operation: string, status: string, message: string | null): void {
  if (status === 'OK') return;
  if (refused.has(status)) throw no(operation, status, message);
  throw protocol(operation, 'UNMAPPED_STATUS', `status "${status.slice(0, 40)}" is not documented`);
}

const no = (operation: string, providerCode: string, message: string | null): ProviderRejected =>
  refusal(operation, {
    httpStatus: 200,
    providerCode,
    providerMessage: message || `The provider answered ${providerCode}.`,
    errorCode: 'PROVIDER_REJECTED',
    remedy: 'NONE',
    declineReason: 'PROVIDER_REFUSED',
  });

function unmapped(log: Parts['log'], operation: string, reference: string, word: string) {
  watched(log, { reference, state: 'UNKNOWN', providerState: word });
  return protocol(operation, 'UNMAPPED_STATUS', `order status "${word.slice(0, 40)}" is not documented`);
}
