import { defineConnector } from '../connector.ts';
import { PROVIDER } from './answer.ts';
import { createClient } from './client.ts';
import { vseplatezhiConfig } from './config.ts';
import { historyCapability } from './history.ts';
import { limitsCapability } from './limits.ts';
import { masking } from './masking.ts';
import { payees } from './payees.ts';
import { payoutsCapability } from './payouts.ts';
import { refusals } from './status.ts';
import { topUpsCapability } from './top-ups.ts';
import { createTransport } from './transport.ts';
import { balancesCapability, identificationCapability, walletsCapability } from './wallets.ts';

/** VsePlatezhi: wallets by UUID, opened by the partner; top-ups by fast payment, payments to merchants, withdrawals. */
export const vseplatezhi = defineConnector({
  code: PROVIDER,
  name: 'VsePlatezhi',
  config: vseplatezhiConfig,
  complete: { baseUrl: 'https://vseplatezhi.invalid', clientId: 'client', clientSecret: 'secret', partnerId: '1' },
  origin: (config) => config.baseUrl,
  masking,
  refusals,
  create(config, deps) {
    const transport = createTransport(config, deps);
    const parts = { client: createClient(transport), transport, clock: deps.clock, log: deps.log };
    return {
      wallets: walletsCapability(parts),
      credentials: { operations: ['auth.token', 'auth.refresh'], held: transport.tokens.held },
      identification: identificationCapability(parts),
      balances: balancesCapability(parts),
      limits: limitsCapability(parts),
      topUps: topUpsCapability(parts),
      payouts: { ...payoutsCapability(parts), payees: payees(parts) },
      history: historyCapability(parts),
    };
  },
});
