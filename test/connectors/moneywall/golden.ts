import type { CreditOrder, FileSource, IssuedTickets } from '../../../src/connectors/credit-sessions.ts';
import { readGolden } from '../golden.ts';
import type { Script } from '../stub.ts';

const examples = readGolden('moneywall', ['examples']);
/** The golden examples of the contract (section 5, A.2). */
export const { answerOf, documented, sent } = examples;

/** A state as MW-3 tells it. */
export const stateOf = (state: string) => answerOf('MW-3', { replace: [['processing', state]] });

/** A refusal as contract 4 has it by convention. */
export const refusalOf = (status: number, error: string, field: string | null = null): Script => ({
  status,
  body: JSON.stringify({ error, field }),
});

/** The text of a request's body, where it is no JSON. */
export const documentedText = (id: string): string => examples.golden(id).requests[0]?.body ?? '';

export const TOKEN = 'SuperSecretTokenValue';
export const SECRET = 'k2Jx9uT0aQ4vR7mZ1sWc3g';

export const rub = (minor: bigint) => ({ minor, currency: 'RUB' });

/** The documented order without its product (MW-1a), with a zone in its time limit. */
export const plainOrder: CreditOrder = {
  orderId: 'partner_order_id',
  phone: '+79031232299',
  email: 'test@test.com',
  amount: rub(1_000_000n),
  creditCost: rub(1_200_000n),
  callback: { url: 'http://gateway.example/webhooks/moneywall/pac_1', token: SECRET },
  returnUrl: 'http://yoursite.com/order/234',
  mode: 'STANDALONE',
  providerOrderId: 'original_provider_order_id',
  expiresAt: new Date('2017-06-30T21:00:00Z'),
  product: null,
  passport: null,
  address: null,
  internationalPassport: null,
  meta: null,
};

const flight = {
  aircraft: '737',
  departsAt: '2016-12-10T08:00:00+03:00',
  arrivesAt: '2016-12-10T10:00:00+03:00',
  bookingClass: 'Y',
  origin: 'SVO',
  destination: 'VIE',
  flightNumber: '606',
  marketingCarrier: 'SU',
  operatingCarrier: 'SU',
};

/** The order of the field tables' examples (MW-1b). */
export const wholeOrder: CreditOrder = {
  ...plainOrder,
  orderId: 'vpih-234lgh',
  phone: '+79588249424',
  email: 'user@gmail.com',
  returnUrl: 'http://yoursite.com/order/AB123-45',
  providerOrderId: 'AB123-45',
  expiresAt: new Date('2017-07-01T12:00:00Z'),
  product: {
    kind: 'AIRLINE_TICKETS',
    cabin: 'ECONOMY',
    validatingAirline: 'SU',
    segments: [{ flights: [flight] }],
    passengers: [
      {
        firstName: 'Ivan',
        middleName: 'Aleksandrovich',
        lastName: 'Ivanon',
        documentType: 'INTERNATIONAL_PASSPORT',
        documentNumber: '349287349',
        birthDate: '1987-07-18',
      },
    ],
  },
  passport: {
    number: '4444333222',
    lastName: 'Иванов',
    firstName: 'Иван',
    middleName: 'Александрович',
    sex: 'FEMALE',
    birthDate: '1987-07-18',
    issuedAt: '2001-01-01',
    issuedBy: 'ОВД Района Калитники',
    issuerCode: '663402',
  },
  address: {
    city: 'Москва',
    street: 'ул. Китобойцев',
    building: '3',
    housing: '1',
    apartment: '616',
    postcode: '111123',
  },
  internationalPassport: {
    country: 'RU',
    number: '723902034',
    firstName: 'Ivanov',
    lastName: 'Ivan',
    birthDate: '1987-07-18',
    expiresAt: '2020-01-01',
  },
  meta: { successfulOrders: 14, orders: 3, loggedIn: true, bookingCode: 'Y', providerOrderId: 'AB123-45' },
};

/** The order with another flight. */
export const flying = (change: Partial<typeof flight>): CreditOrder => ({
  ...wholeOrder,
  product: { ...required(wholeOrder.product), segments: [{ flights: [{ ...flight, ...change }] }] },
});

export function required<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('there is no such value');
  return value;
}

/** A file of so many bytes under a name. */
export const fileOf = (name: string, content: string | Uint8Array<ArrayBuffer> = '%PDF-1.4 (file bytes)'): FileSource =>
  new File([content], name);

/** The documented tickets (MW-2). */
export const issued: IssuedTickets = {
  orderId: 'partner_order_id',
  tickets: [{ number: '123', receipt: fileOf('test_pdf.pdf') }],
  transactionLetter: null,
};
