import type { Call } from '../connector.ts';
import { json, nothing } from './answer.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire.ts';

/** What the documents know of the retry: this value and no other. */
const RETRY_MS = '1000';

/** Contract 2.1. */
export function balanceCalls({ send, numberOf }: Transport) {
  const path = (call: Call, operation: string) => `/funding-sources/v2/persons/${numberOf(call, operation)}/accounts`;
  return {
    /** BAL-1; with `alias`, the documented repetition that waits for one balance. */
    list: (call: Call, alias?: string) =>
      send(call, {
        operation: 'BAL-1',
        method: 'GET',
        path: path(call, 'BAL-1'),
        query:
          alias === undefined
            ? []
            : [
                ['timeout', RETRY_MS],
                ['alias', alias],
              ],
        safe: true,
        read: json(wire.accounts),
      }),
    /** BAL-2 */
    open: (call: Call, alias: string) =>
      send(call, {
        operation: 'BAL-2',
        method: 'POST',
        path: path(call, 'BAL-2'),
        json: { alias },
        safe: false,
        read: nothing,
      }),
    /** BAL-3 */
    offers: (call: Call) =>
      send(call, {
        operation: 'BAL-3',
        method: 'GET',
        path: `${path(call, 'BAL-3')}/offer`,
        safe: true,
        read: json(wire.offers),
      }),
    /** BAL-4 */
    setDefault: (call: Call, alias: string) =>
      send(call, {
        operation: 'BAL-4',
        method: 'PATCH',
        path: `${path(call, 'BAL-4')}/${encodeURIComponent(alias)}`,
        json: { defaultAccount: true },
        safe: false,
        read: nothing,
      }),
  };
}
