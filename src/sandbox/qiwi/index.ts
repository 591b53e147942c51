import type { FastifyInstance } from 'fastify';
import type { ProviderFactory } from '../provider.ts';
import { qiwiActions } from './actions.ts';
import { balanceOperations } from './balances.ts';
import { errorAnswers, jsonBodies, type Operation, route } from './http.ts';
import { limitOperations } from './limits.ts';
import { stateOf } from './state.ts';
import { World } from './world.ts';

/** Every operation that is called over HTTP (section 2.0 and appendix A), a function per file. */
function operationsOf(world: World): Operation[] {
  return [...balanceOperations(world), ...limitOperations(world)];
}

async function routes(app: FastifyInstance, world: World): Promise<void> {
  errorAnswers(app, world);
  await app.register(async (json) => {
    jsonBodies(json);
    route(json, world, operationsOf(world));
  });
}

/** The emulator of QIWI Wallet: the hosts edge, api, qiwi.com and oplata of the documents under one prefix. */
export const qiwi: ProviderFactory = (env) => {
  const world = new World(env);
  return {
    routes: (app) => routes(app, world),
    actions: qiwiActions(world),
    state: () => stateOf(world),
    reset: () => world.reset(),
  };
};
