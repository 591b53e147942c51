import type { Body } from './body.ts';
import { Refusal } from './errors.ts';
import type { Client } from './model.ts';
import { newClient } from './validate.ts';
import type { World } from './world.ts';

/** The three documented methods (section 2.1). */

const MOSCOW_MS = 3 * 3_600_000;

/** `2018-01-02 03:04:05`, Moscow time (trap T-12). */
export const stamp = (at: Date): string =>
  new Date(at.getTime() + MOSCOW_MS).toISOString().slice(0, 19).replace('T', ' ');

/** What a method answers. */
export interface Answer {
  status: number;
  json: unknown;
}

function clientOf(world: World, userId: string): Client {
  const client = /^-?\d{1,16}$/.test(userId) ? world.clients.get(Number.parseInt(userId, 10)) : undefined;
  if (client === undefined) throw new Refusal(404, 'No client for this user.');
  return client;
}

/** `clients.create`: the client of the user, made when there was none; another call changes nothing (trap T-07). */
export function createClient(world: World, body: Body): Answer {
  const fields = newClient(body);
  const client = world.clients.get(fields.userId) ?? world.add({ ...fields, createdAt: world.clock.now() });
  return { status: world.settings.createdStatus, json: client.id };
}

/** `clients.getId`: DiWa's id of the user's client (trap T-04). */
export const getClientId = (world: World, userId: string): Answer => ({
  status: 200,
  json: clientOf(world, userId).id,
});

/** `clients.getInfo` (table 2.4). */
export function getClientInfo(world: World, userId: string): Answer {
  const client = clientOf(world, userId);
  const [id, user_id] = world.settings.ids === 'named' ? [client.id, client.userId] : [client.userId, client.id];
  const { notifyType: notify_type, notifyPeriod: notify_period, authorized, data } = client;
  const creation_date = stamp(client.createdAt);
  const last_notify_date = client.lastNotifiedAt === null ? null : stamp(client.lastNotifiedAt);
  const json = { id, user_id, creation_date, last_notify_date, notify_type, notify_period, authorized, data };
  return { status: 200, json };
}
