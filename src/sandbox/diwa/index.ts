import type { ProviderFactory } from '../provider.ts';
import { diwaActions, stateOf } from './actions.ts';
import { routes } from './http.ts';
import { World } from './world.ts';

/** The emulator of DiWa: the three documented methods under `/api/wallets/`. */
export const diwa: ProviderFactory = (env) => {
  const world = new World(env);
  return {
    routes: (app) => routes(app, world),
    actions: diwaActions(world),
    state: () => stateOf(world),
    reset: () => world.reset(),
  };
};
