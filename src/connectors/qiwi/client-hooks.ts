import type { Call } from '../connector.ts';
import { json, nothing } from './answer.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire-hooks.ts';

/** The only kind of webhook that there is (HOK-1). */
const WEB = '1';
const HOOKS = '/payment-notifier/v1/hooks';
const one = (hookId: string): string => `${HOOKS}/${encodeURIComponent(hookId)}`;

/** Contract 2.9. */
export const hookCalls = ({ send }: Transport) => ({
  register: (call: Call, url: string, txnType: '0' | '1' | '2') =>
    send(call, {
      operation: 'HOK-1',
      method: 'PUT',
      path: HOOKS,
      query: [
        ['hookType', WEB],
        ['param', url],
        ['txnType', txnType],
      ],
      safe: false,
      read: json(wire.hook),
    }),
  remove: (call: Call, hookId: string) =>
    send(call, { operation: 'HOK-2', method: 'DELETE', path: one(hookId), safe: false, read: nothing }),
  key: (call: Call, hookId: string) =>
    send(call, { operation: 'HOK-3', method: 'GET', path: `${one(hookId)}/key`, safe: true, read: json(wire.hookKey) }),
  newKey: (call: Call, hookId: string) =>
    send(call, {
      operation: 'HOK-4',
      method: 'POST',
      path: `${one(hookId)}/newkey`,
      safe: false,
      read: json(wire.hookKey),
    }),
  active: (call: Call) =>
    send(call, { operation: 'HOK-5', method: 'GET', path: `${HOOKS}/active`, safe: true, read: json(wire.hook) }),
  /** A GET that has a notification sent: never retried by itself. */
  test: (call: Call) =>
    send(call, { operation: 'HOK-6', method: 'GET', path: `${HOOKS}/test`, safe: false, read: nothing }),
});
