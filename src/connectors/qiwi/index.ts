import { defineConnector } from '../connector.ts';
import { PROVIDER } from './answer.ts';
import { balancesCapability } from './balances.ts';
import { createClient } from './client.ts';
import { qiwiConfig } from './config.ts';
import { credentialsCapability } from './credentials.ts';
import { exchangeCapability } from './exchange.ts';
import { historyCapability } from './history.ts';
import { hooksOf } from './hooks.ts';
import { identificationCapability } from './identification.ts';
import { invoicesCapability } from './invoices.ts';
import { issuedCardsCapability } from './issued-cards.ts';
import { limitsCapability } from './limits.ts';
import { paymentLinksCapability } from './links.ts';
import { masking } from './masking.ts';
import { payees } from './payees.ts';
import { payoutsCapability, transfersCapability } from './payments.ts';
import { quotesCapability } from './quotes.ts';
import { rates } from './rates.ts';
import { receiptsCapability } from './receipts.ts';
import { servicesCapability } from './services.ts';
import { refusals } from './status.ts';
import { createTransport } from './transport.ts';
import { profilesCapability, walletsCapability } from './wallets.ts';
import { webhooksCapability } from './webhook.ts';

/** QIWI Wallet: wallets by number and token, in several currencies; transfers, payouts, exchange, invoices, virtual cards. */
export const qiwi = defineConnector({
  code: PROVIDER,
  name: 'QIWI Wallet',
  config: qiwiConfig,
  complete: { baseUrl: 'https://qiwi.invalid', wallet: '79115221133', token: 'token' },
  origin: (config) => config.baseUrl,
  masking,
  refusals,
  rates,
  create(config, deps) {
    const parts = { client: createClient(createTransport(config, deps)), config, clock: deps.clock, log: deps.log };
    return {
      wallets: walletsCapability(parts),
      profiles: profilesCapability(parts),
      identification: identificationCapability(parts),
      limits: limitsCapability(parts),
      balances: balancesCapability(parts),
      transfers: transfersCapability(parts),
      payouts: { ...payoutsCapability(parts), payees: payees(parts) },
      quotes: quotesCapability(parts),
      exchange: exchangeCapability(parts),
      services: servicesCapability(parts),
      paymentLinks: paymentLinksCapability(parts),
      history: historyCapability(parts, deps.upstream.perMinute('HIS-1')),
      receipts: receiptsCapability(parts),
      credentials: credentialsCapability(parts),
      issuedCards: issuedCardsCapability(parts),
      invoices: invoicesCapability(parts),
      webhooks: webhooksCapability(hooksOf(parts)),
    };
  },
});
