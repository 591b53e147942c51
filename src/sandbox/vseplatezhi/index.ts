import type { FastifyInstance } from 'fastify';
import type { ProviderFactory } from '../provider.ts';
import { vseplatezhiActions } from './actions.ts';
import { authOperations } from './auth.ts';
import { errorAnswers, route, textBodies } from './http.ts';
import { limitOperations } from './limits.ts';
import { paymentOperations } from './payments.ts';
import { refillPage } from './refill-page.ts';
import { refillOperations } from './refills.ts';
import { reportOperations } from './report.ts';
import { stateOf } from './state.ts';
import { walletOperations } from './wallets.ts';
import { bankLogos, withdrawalOperations } from './withdrawals.ts';
import { World } from './world.ts';

async function routes(app: FastifyInstance, world: World): Promise<void> {
  errorAnswers(app, world);
  bankLogos(app, world);
  textBodies(app);
  route(app, world, [
    ...authOperations(world),
    ...walletOperations(world),
    ...reportOperations(world),
    ...refillOperations(world),
    ...paymentOperations(world),
    ...withdrawalOperations(world),
    ...limitOperations(world),
  ]);
  await app.register(refillPage(world));
}

/** The emulator of VsePlatezhi 3.0: the partner protocol 0.2, its token endpoint, and the page behind refill links. */
export const vseplatezhi: ProviderFactory = (env) => {
  const world = new World(env);
  return {
    routes: (app) => routes(app, world),
    actions: vseplatezhiActions(world),
    state: () => stateOf(world),
    reset: () => world.reset(),
  };
};
