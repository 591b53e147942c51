import type { FastifyInstance } from 'fastify';
import type { ProviderFactory } from '../provider.ts';
import { qiwiActions } from './actions.ts';
import { balanceOperations } from './balances.ts';
import { billLink } from './bill-link.ts';
import { billPages } from './bill-pages.ts';
import { billOperations } from './bills.ts';
import { cardOrderOperations } from './card-orders.ts';
import { cardStatementOperations } from './card-statement.ts';
import { cardOperations } from './cards.ts';
import { downgradeOperations } from './downgrade.ts';
import { formPage } from './form-page.ts';
import { historyOperations } from './history-list.ts';
import { hookOperations } from './hooks.ts';
import { errorAnswers, jsonBodies, type Operation, route } from './http.ts';
import { identificationOperations } from './identification.ts';
import { invoiceOperations } from './invoices.ts';
import { keyOperations } from './keys.ts';
import { limitOperations } from './limits.ts';
import { nicknameOperations } from './nickname.ts';
import { paymentOperations } from './payments.ts';
import { profileOperations } from './profile.ts';
import { quoteOperations } from './quotes.ts';
import { searchOperations } from './search.ts';
import { stateOf } from './state.ts';
import { transactionOperations } from './transactions.ts';
import { World } from './world.ts';

/** Every operation that is called over HTTP (section 2.0 and appendix A), a function per file. */
function operationsOf(world: World): Operation[] {
  return [
    ...balanceOperations(world),
    ...profileOperations(world),
    ...limitOperations(world),
    ...historyOperations(world),
    ...transactionOperations(world),
    ...paymentOperations(world),
    ...quoteOperations(world),
    ...searchOperations(world),
    ...hookOperations(world),
    ...identificationOperations(world),
    ...downgradeOperations(world),
    ...nicknameOperations(world),
    ...keyOperations(world),
    ...invoiceOperations(world),
    ...billOperations(world),
    ...cardOrderOperations(world),
    ...cardOperations(world),
    ...cardStatementOperations(world),
  ];
}

async function routes(app: FastifyInstance, world: World): Promise<void> {
  errorAnswers(app, world);
  await app.register(async (json) => {
    jsonBodies(json);
    route(json, world, operationsOf(world));
  });
  await app.register(formPage(world));
  await app.register(billPages(world));
  await app.register(billLink(world));
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
