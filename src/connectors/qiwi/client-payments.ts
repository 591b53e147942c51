import type { Call } from '../connector.ts';
import { json } from './answer.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire-payments.ts';

/** References of PAY-9 and PAY-12. */
const CARD_REFERENCE = 'bd6fb248-2bdf-49ed-bcb2-9b0a789cfde8';
const KAZAKH_REFERENCE = 'a42ebc79-0584-4271-b8a0-15cb4ea8b340';

const V1 = 'application/vnd.qiwi.v1+json';
const V2 = 'application/vnd.qiwi.v2+json';

/** Listed for PAY-12 and PAY-13 only (contract 1.2). */
const fetchHeaders = { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };

/** Contract 2.6 and 2.7. */
export const paymentCalls = (transport: Transport) => ({
  payments: payingCalls(transport),
  payees: payeeCalls(transport),
});

function payingCalls({ send }: Transport) {
  return {
    /** PAY-4, -5, -7, -10, -11, -14 to -17, MST-1, MST-4: one call, told apart by the provider id. */
    pay: (call: Call, operation: string, service: string, body: Record<string, unknown>) =>
      send(call, {
        operation,
        method: 'POST',
        path: `/sinap/api/v2/terms/${encodeURIComponent(service)}/payments`,
        json: body,
        safe: false,
        read: json(wire.paymentInfo),
      }),
    /** PAY-13: another version, another media type. */
    payKazakhCard: (call: Call, service: string, body: Record<string, unknown>) =>
      send(call, {
        operation: 'PAY-13',
        method: 'POST',
        path: `/sinap/api/terms/${service}/payments`,
        accept: V2,
        headers: fetchHeaders,
        json: body,
        safe: false,
        read: json(wire.paymentInfo),
      }),
    /** PAY-1: a question, although it is a POST. */
    commission: (call: Call, service: string, body: Record<string, unknown>) =>
      send(call, {
        operation: 'PAY-1',
        method: 'POST',
        path: `/sinap/providers/${encodeURIComponent(service)}/onlineCommission`,
        json: body,
        safe: true,
        read: json(wire.commission),
      }),
    /** PAY-6 */
    crossRates: (call: Call) =>
      send(call, {
        operation: 'PAY-6',
        method: 'GET',
        path: '/sinap/crossRates',
        safe: true,
        read: json(wire.crossRates),
      }),
  };
}

function payeeCalls({ send }: Transport) {
  return {
    /** PAY-8; `phone` has 11 digits and begins with 7. */
    operators: (call: Call, phone: string) =>
      send(call, {
        operation: 'PAY-8',
        method: 'GET',
        path: '/qw-mobile-providers-resolver/v1/providers',
        query: [['phoneNumber', phone]],
        safe: true,
        read: json(wire.operators),
      }),
    /** PAY-9: the only place where a card's number has spaces (trap T25). */
    card: (call: Call, number: string) =>
      send(call, {
        operation: 'PAY-9',
        method: 'POST',
        path: `/sinap/api/refs/${CARD_REFERENCE}/containers`,
        accept: V1,
        json: { account: number.replace(/(\d{4})(?=\d)/g, '$1 ') },
        safe: true,
        read: json(wire.container),
      }),
    /** PAY-12: values that PAY-13 sends back; nothing moves. */
    kazakhCard: (call: Call, cardNumber: string) =>
      send(call, {
        operation: 'PAY-12',
        method: 'POST',
        path: `/sinap/api/refs/${KAZAKH_REFERENCE}/containers`,
        accept: V1,
        headers: fetchHeaders,
        json: { cardNumber, version: '2', transferSum: '100', src: 'sinap' },
        safe: true,
        read: json(wire.container),
      }),
    /** PAY-18 */
    search: (call: Call, query: string) =>
      send(call, {
        operation: 'PAY-18',
        method: 'GET',
        path: '/search/v1/search',
        query: [['query', query]],
        safe: true,
        read: json(wire.found),
      }),
  };
}

/** The value of an element by its name (PAY-9, PAY-12). */
export const elementOf = ({ elements }: wire.WireContainer, name: string): string | null =>
  elements.find((element) => element.name === name)?.value || null;
