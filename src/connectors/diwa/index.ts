import { defineConnector } from '../connector.ts';
import { createClient, PROVIDER } from './client.ts';
import { diwaConfig } from './config.ts';
import { customersCapability } from './customers.ts';

/** DiWa: client records of a storefront's users. It documents no movement of money. */
export const diwa = defineConnector({
  code: PROVIDER,
  name: 'DiWa',
  config: diwaConfig,
  complete: { baseUrl: 'https://diwa.invalid', token: 'token' },
  origin: (config) => config.baseUrl,
  // nothing of a person is kept (trap T-11)
  masking: { request: new Set(['data']), answer: new Set(['data']) },
  // its page of errors is lost: only HTTP statuses are known
  refusals: [],
  create: (config, deps) => ({ customers: customersCapability(createClient(config, deps), deps.log) }),
});
