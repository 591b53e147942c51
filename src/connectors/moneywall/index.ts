import { defineConnector } from '../connector.ts';
import { PROVIDER } from './answer.ts';
import { createClient } from './client.ts';
import { moneywallConfig } from './config.ts';
import { masking } from './masking.ts';
import { sessionsCapability } from './sessions.ts';
import { webhooksCapability } from './webhook.ts';

/** Moneywall: credit for a shop's orders, applied for on its own page. */
export const moneywall = defineConnector({
  code: PROVIDER,
  name: 'Moneywall',
  config: moneywallConfig,
  complete: { baseUrl: 'https://moneywall.invalid', token: 'token', statesEndpoint: 'true' },
  origin: (config) => config.baseUrl,
  masking,
  // no error code is documented: only HTTP statuses are known
  refusals: [],
  create: (config, deps) => ({
    creditSessions: sessionsCapability({ client: createClient(config, deps), config, log: deps.log }),
    webhooks: webhooksCapability,
  }),
});
