import { ownWallet } from './auth.ts';
import type { Operation } from './http.ts';
import type { World } from './world.ts';

/** PAY-3: the wallet's own nickname, by which transfers can name it. */
export function nicknameOperations(world: World): Operation[] {
  return [
    {
      id: 'PAY-3',
      method: 'GET',
      path: '/qw-nicknames/v1/persons/:wallet/nickname',
      auth: 'token',
      scopes: ['payments'],
      handle({ params, caller }) {
        const { nickname } = ownWallet(world, caller, params['wallet']);
        return { json: { ...nickname, description: '' } };
      },
    },
  ];
}
