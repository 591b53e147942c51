import { randomBytes, randomInt } from 'node:crypto';
import { malformed } from './errors.ts';
import { type Operation, optionalText, text } from './http.ts';
import type { KeyPair } from './model.ts';
import type { World } from './world.ts';

/** `9hh4jb-00`: the id of a key pair in the service. */
const siteId = (): string => `${randomInt(36 ** 5, 36 ** 6).toString(36)}-00`;

function address(body: Record<string, unknown>): string | null {
  const value = optionalText(body, 'serverNotificationsUrl');
  if (value === undefined || value === '') return null;
  // The documents say HTTPS on port 443; the sandbox also calls receivers on the same machine.
  const known = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
  return known ? value : malformed('serverNotificationsUrl must be a URL');
}

/** INV-1: a P2P key pair for the wallet of the token. Both keys are opaque. */
export function keyOperations(world: World): Operation[] {
  return [
    {
      id: 'INV-1',
      method: 'POST',
      path: '/widgets-api/api/p2p/protected/keys/create',
      auth: 'token',
      scopes: ['payments'],
      body: true,
      handle({ body, caller: { wallet } }) {
        const keys: KeyPair = {
          name: text(body, 'keysPairName'),
          publicKey: randomBytes(48).toString('base64url'),
          secretKey: randomBytes(48).toString('base64url'),
          siteId: siteId(),
          wallet,
          notificationsUrl: address(body),
        };
        world.keys.set(keys.secretKey, keys);
        return { json: { PublicKey: keys.publicKey, SecretKey: keys.secretKey } };
      },
    },
  ];
}
