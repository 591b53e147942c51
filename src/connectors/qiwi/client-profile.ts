import type { Call } from '../connector.ts';
import { json } from './answer.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire.ts';

/** Contract 2.2. */
export const profileCalls = ({ send }: Transport) => ({
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
});
