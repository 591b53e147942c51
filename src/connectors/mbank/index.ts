import { defineConnector } from '../connector.ts';
import { credentialsCapability, identificationCapability } from './access.ts';
import { PROVIDER } from './answer.ts';
import { cardsCapability } from './cards.ts';
import { dictionariesCapability, limitsCapability, locationsCapability, templatesCapability } from './catalogue.ts';
import { createClient } from './client.ts';
import { mbankConfig } from './config.ts';
import { historyCapability, quotesCapability, receiptsCapability } from './history.ts';
import { invoicesCapability } from './invoices.ts';
import { masking } from './masking.ts';
import { paymentCapabilities } from './payments.ts';
import { remittancesCapability } from './remittances.ts';
import { servicesCapability } from './services.ts';
import { refusals } from './status.ts';
import { createTransport } from './transport.ts';
import { balancesCapability, contactsCapability, profilesCapability, walletsCapability } from './wallets.ts';
import { webhooksCapability } from './webhook.ts';

/** mbank (market name Best Wallet): wallets by phone, card top-ups, payouts, transfers, transit, invoices, templates. */
export const mbank = defineConnector({
  code: PROVIDER,
  name: 'mbank',
  config: mbankConfig,
  complete: {
    baseUrl: 'https://mbank.invalid',
    clientId: 'application',
    clientSecret: 'secret',
    appId: 'project',
    appSecret: 'secret',
    webhookClientId: 'partner',
    webhookClientToken: 'token',
    redirectUri: 'https://gateway.invalid/oauth/mbank',
    applicationApi: 'true',
  },
  origin: (config) => config.baseUrl,
  masking,
  refusals,
  create(config, deps) {
    const transport = createTransport(config, deps);
    const parts = { client: createClient(transport), config, log: deps.log };
    const { appId, appSecret, clientId } = config;
    return {
      wallets: walletsCapability(parts),
      profiles: profilesCapability(parts),
      credentials: credentialsCapability(parts, transport),
      identification: identificationCapability(parts),
      balances: balancesCapability(parts),
      limits: limitsCapability(parts),
      contacts: contactsCapability(parts),
      ...paymentCapabilities(parts),
      quotes: quotesCapability(parts),
      history: historyCapability(parts),
      ...(clientId ? { receipts: receiptsCapability(parts) } : {}),
      linkedCards: cardsCapability(parts),
      invoices: invoicesCapability(parts),
      services: servicesCapability(parts),
      templates: templatesCapability(parts),
      locations: locationsCapability(parts),
      remittances: remittancesCapability(parts),
      dictionaries: dictionariesCapability(parts),
      ...(appId && appSecret ? { webhooks: webhooksCapability({ appId, appSecret }) } : {}),
    };
  },
});
