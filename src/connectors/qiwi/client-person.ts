import type { Call } from '../connector.ts';
import { json } from './answer.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire-person.ts';

/** Contract 2.3 and 2.4. */
export const personCalls = (transport: Transport) => ({
  person: identificationCalls(transport),
  downgrades: downgradeCalls(transport),
  limits: limitCalls(transport),
});

function identificationCalls({ send, numberOf }: Transport) {
  const path = (call: Call, operation: string) =>
    `/identification/v1/persons/${numberOf(call, operation)}/identification`;
  return {
    /** IDN-1 */
    identify: (call: Call, person: Record<string, string>) =>
      send(call, {
        operation: 'IDN-1',
        method: 'POST',
        path: path(call, 'IDN-1'),
        json: person,
        safe: false,
        read: json(wire.identification),
        hide: Object.values(person),
      }),
    /** IDN-2 */
    load: (call: Call) =>
      send(call, {
        operation: 'IDN-2',
        method: 'GET',
        path: path(call, 'IDN-2'),
        safe: true,
        read: json(wire.identification),
      }),
  };
}

function downgradeCalls({ send, numberOf }: Transport) {
  const path = (call: Call, operation: string) =>
    `/qw-ident-downgrade-api/v1/persons/${numberOf(call, operation)}/identification-downgrade/operations`;
  return {
    /** IDN-3 */
    request: (call: Call, identificationLevel: string) =>
      send(call, {
        operation: 'IDN-3',
        method: 'POST',
        path: path(call, 'IDN-3'),
        json: { identificationLevel },
        safe: false,
        read: json(wire.downgradeRequest),
      }),
    /** IDN-4: the body is an empty object. */
    confirm: (call: Call, id: string) =>
      send(call, {
        operation: 'IDN-4',
        method: 'PUT',
        path: `${path(call, 'IDN-4')}/${encodeURIComponent(id)}/confirm`,
        json: {},
        safe: false,
        read: json(wire.downgrade),
      }),
    /** IDN-5 */
    status: (call: Call, id: string) =>
      send(call, {
        operation: 'IDN-5',
        method: 'GET',
        path: `${path(call, 'IDN-5')}/${encodeURIComponent(id)}`,
        safe: true,
        read: json(wire.downgrade),
      }),
  };
}

function limitCalls({ send, numberOf }: Transport) {
  return {
    /** LIM-1; at least one type. */
    actual: (call: Call, types: readonly string[]) =>
      send(call, {
        operation: 'LIM-1',
        method: 'GET',
        path: `/qw-limits/v1/persons/${numberOf(call, 'LIM-1')}/actual-limits`,
        query: types.map((type, index): [string, string] => [`types[${index}]`, type]),
        safe: true,
        read: json(wire.limits),
      }),
    /** LIM-2 */
    transferCount: (call: Call) =>
      send(call, {
        operation: 'LIM-2',
        method: 'GET',
        path: `/qw-limits/v1/persons/${numberOf(call, 'LIM-2')}/p2p-payment-count-limit`,
        safe: true,
        read: json(wire.transferCount),
      }),
    /** RST-1 */
    restrictions: (call: Call) =>
      send(call, {
        operation: 'RST-1',
        method: 'GET',
        path: `/person-profile/v1/persons/${numberOf(call, 'RST-1')}/status/restrictions`,
        safe: true,
        read: json(wire.restrictions),
      }),
  };
}
