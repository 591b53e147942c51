import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { ProviderFactory } from '../provider.ts';
import { moneywallActions } from './actions.ts';
import { framePage } from './frame-page.ts';
import { errorAnswers, route, textBodies } from './http.ts';
import { otherEditions } from './other-editions.ts';
import { paymentOperations } from './payments.ts';
import { stateOf } from './state.ts';
import { ticketOperations } from './tickets.ts';
import { World } from './world.ts';

const BASE = '/api/partners';
/** Far above what a receipt may have: the operation itself says what is too large. */
const LARGEST_FILE = 64 * 1024 * 1024;

async function routes(app: FastifyInstance, world: World): Promise<void> {
  errorAnswers(app, world);
  await app.register(
    async (api) => {
      textBodies(api);
      await api.register(multipart, { limits: { fileSize: LARGEST_FILE }, throwFileSizeLimit: false });
      route(api, world, [...paymentOperations(world), ...ticketOperations(world), ...otherEditions(world)]);
    },
    { prefix: BASE },
  );
  await app.register(framePage(world));
}

/** The emulator of Moneywall: the partner API of April 2019, its callbacks, and the application page. */
export const moneywall: ProviderFactory = (env) => {
  const world = new World(env);
  return {
    routes: (app) => routes(app, world),
    actions: moneywallActions(world),
    state: () => stateOf(world),
    reset: () => world.reset(),
  };
};
