import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';
import type { ProviderFactory } from '../provider.ts';
import { mbankActions } from './actions.ts';
import { authorizePages } from './authorize-pages.ts';
import { cardOperations } from './cards.ts';
import { generalOperations } from './general.ts';
import { errorAnswers, jsonBodies, type Operation, route } from './http.ts';
import { invoiceOperations } from './invoices.ts';
import { ipspPages } from './ipsp-pages.ts';
import { applicationOperations, mserverOperations } from './mserver.ts';
import { oauthOperations } from './oauth.ts';
import { paymentOperations, paymentState } from './payments.ts';
import { pictures, pictureUpload } from './picture.ts';
import { serviceOperations } from './services.ts';
import { templateOperations } from './templates.ts';
import { walletOperations } from './wallet.ts';
import { walletCodeOperations } from './wallet-codes.ts';
import { World } from './world.ts';

/** The operations of the BW layer (section 2.2) but the two on the picture, which stand in a scope of their own. */
function bwOperations(world: World): { json: Operation[]; pictureDelete: Operation[] } {
  const all = [
    ...generalOperations(world),
    ...walletCodeOperations(world),
    ...walletOperations(world),
    ...serviceOperations(world),
    ...paymentOperations(world),
    ...cardOperations(world),
    ...invoiceOperations(world),
    ...templateOperations(world),
  ];
  const picture = ({ id }: Operation) => id === 'wallet.picture.delete';
  return { json: all.filter((operation) => !picture(operation)), pictureDelete: all.filter(picture) };
}

/** What MServer's client API shares with the BW layer (section 2.11). */
const notOnMserver =
  /^(services\.(mnp|mobile|order)|geo\.|templates\.|invoices\.|locations\.|limits\.|options\.|payments\.(best|bill))/;

async function routes(app: FastifyInstance, world: World): Promise<void> {
  errorAnswers(app, world);
  const { json, pictureDelete } = bwOperations(world);
  await app.register(
    async (v1) => {
      jsonBodies(v1);
      route(v1, world, json, 'bw');
      await v1.register(pictureUpload(world, pictureDelete));
    },
    { prefix: '/v1' },
  );
  pictures(app, world);
  await app.register(ipspPages(world));

  const shared = json.filter(({ id }) => typeof id !== 'string' || !notOnMserver.test(id));
  await app.register(
    async (mserver) => {
      jsonBodies(mserver);
      await mserver.register(async (v1) => route(v1, world, [...shared, ...mserverOperations(world)], 'mserver'), {
        prefix: '/v1',
      });
      const application = applicationOperations(world, paymentOperations(world), serviceOperations(world));
      await mserver.register(async (scope) => route(scope, world, application, 'mserver'), { prefix: '/application' });
      await mserver.register(async (oauth) => {
        oauth.removeAllContentTypeParsers();
        await oauth.register(formbody);
        route(oauth, world, oauthOperations(world), 'mserver');
      });
      await mserver.register(authorizePages(world));
    },
    { prefix: '/mserver2-dev' },
  );
}

/** What the control API shows of the whole provider. */
function state(world: World): unknown {
  const wallets = [...world.wallets.values()].map((wallet) => ({
    phone: wallet.phone,
    state: wallet.state,
    balance: wallet.balance / 100,
    level: wallet.level,
    unseen: wallet.unseen.size,
    unseenBest: wallet.unseenBest.size,
    codesSent: { activation: wallet.codes.activation?.messages ?? 0, reset: wallet.codes.reset?.messages ?? 0 },
  }));
  const cards = [...world.cards.values()].map(({ id, owner, state: at, title = null }) => ({
    id,
    owner,
    state: at,
    title,
  }));
  return {
    settings: world.settings,
    nextOutcomes: world.nextOutcomes,
    wallets,
    payments: [...world.payments.values()].slice(-200).map(paymentState),
    cards,
    invoices: [...world.invoices.values()],
    projects: [...world.projects.values()],
    applications: [...world.clients.values()],
    services: world.services.size,
    mails: world.mails,
    orders: world.orders,
    bestLog: world.bestLog,
  };
}

/** The emulator of mbank / wallet.best: `/v1`, `/mserver2-dev` and IPSP's payment page under one prefix. */
export const mbank: ProviderFactory = (env) => {
  const world = new World(env);
  return {
    routes: (app) => routes(app, world),
    actions: mbankActions(world),
    state: () => state(world),
    reset: () => world.reset(),
  };
};
