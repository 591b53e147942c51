import { defineConnector } from '../connector.ts';
import { PROVIDER } from './answer.ts';
import { balancesCapability } from './balances.ts';
import { createClient } from './client.ts';
import { qiwiConfig } from './config.ts';
import { masking } from './masking.ts';
import { refusals } from './status.ts';
import { createTransport } from './transport.ts';
import { walletsCapability } from './wallets.ts';

/** QIWI Wallet: wallets by number and token, in several currencies; transfers, payouts, exchange, invoices, virtual cards. */
export const qiwi = defineConnector({
  code: PROVIDER,
  name: 'QIWI Wallet',
  config: qiwiConfig,
  complete: { baseUrl: 'https://qiwi.invalid', wallet: '79115221133', token: 'token' },
  origin: (config) => config.baseUrl,
  masking,
  refusals,
  create(config, deps) {
    const parts = { client: createClient(createTransport(config, deps)), config, clock: deps.clock, log: deps.log };
    return {
      wallets: walletsCapability(parts),
      balances: balancesCapability(parts),
    };
  },
});
