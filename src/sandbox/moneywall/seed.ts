import type { World } from './world.ts';

/** The token of the documents. */
export const TOKEN = 'SuperSecretTokenValue';
/** Of another partner, to whom the first one's sessions are unknown. */
export const OTHER_TOKEN = 'AnotherSecretTokenValue';

/** Fills an empty world: two partners. Sessions are started over the API only. */
export function seedWorld(world: World): void {
  world.partners.set(TOKEN, { name: 'shop', token: TOKEN });
  world.partners.set(OTHER_TOKEN, { name: 'other shop', token: OTHER_TOKEN });
}
