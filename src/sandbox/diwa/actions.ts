import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { type Action, action } from '../provider.ts';
import { stamp } from './clients.ts';
import type { Client } from './model.ts';
import type { World } from './world.ts';

const byUser = z.strictObject({ userId: z.number().int() });

/** A client as the control API shows it. */
const clientState = ({ createdAt, lastNotifiedAt, ...client }: Client) => ({
  ...client,
  createdAt: stamp(createdAt),
  lastNotifiedAt: lastNotifiedAt === null ? null : stamp(lastNotifiedAt),
});

/** What the control API shows of the whole provider. */
export const stateOf = (world: World) => ({
  settings: world.settings,
  tokens: [...world.tokens],
  clients: [...world.clients.values()].map(clientState),
});

/** Every action of the DiWa emulator's control API. */
export function diwaActions(world: World): Record<string, Action> {
  const clientOf = (userId: number): Client => {
    const client = world.clients.get(userId);
    if (client === undefined) throw new ControlError(`no client of user ${userId}`);
    return client;
  };
  const settings = z.strictObject({
    createdStatus: z.union([z.literal(200), z.literal(201)]).optional(),
    ids: z.enum(['named', 'swapped']).optional(),
  });
  const token = z.strictObject({ token: z.string().min(1) });
  return {
    settings: action(`how the contract is read: ${Object.keys(settings.shape).join(', ')}`, settings, (input) => {
      Object.assign(world.settings, input);
      return world.settings;
    }),
    'client.notify': action('the client is notified now', byUser, ({ userId }) => {
      const client = clientOf(userId);
      if (client.notifyType === 'N') throw new ControlError(`user ${userId} wants no notifications`);
      client.lastNotifiedAt = world.clock.now();
      return clientState(client);
    }),
    'client.remove': action('the client is gone at DiWa', byUser, ({ userId }) => {
      world.clients.delete(clientOf(userId).userId);
    }),
    'token.issue': action('a further API token', token.partial(), ({ token: value }) => {
      const issued = value ?? randomBytes(20).toString('hex');
      world.tokens.add(issued);
      return { token: issued };
    }),
    'token.revoke': action('an API token is refused from now on', token, ({ token: value }) => {
      if (!world.tokens.delete(value)) throw new ControlError('no such token');
    }),
  };
}
