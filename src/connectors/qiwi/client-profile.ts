import type { Call } from '../connector.ts';
import { json } from './answer.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire.ts';
import { nickname } from './wire-payments.ts';

/** Contract 2.2, and the nickname of 2.7. */
export const profileCalls = ({ send, numberOf }: Transport) => ({
  /** PRF-1 */
  current: (call: Call) =>
    send(call, {
      operation: 'PRF-1',
      method: 'GET',
      path: '/person-profile/v1/profile/current',
      query: [
        ['authInfoEnabled', 'true'],
        ['contractInfoEnabled', 'true'],
        ['userInfoEnabled', 'true'],
      ],
      safe: true,
      read: json(wire.profile),
    }),
  /** PAY-3 */
  nickname: (call: Call) =>
    send(call, {
      operation: 'PAY-3',
      method: 'GET',
      path: `/qw-nicknames/v1/persons/${numberOf(call, 'PAY-3')}/nickname`,
      safe: true,
      read: json(nickname),
    }),
});
