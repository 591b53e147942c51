import type { Connector } from '../../connectors/registry.ts';
import type { Tx } from '../../db/client.ts';
import type { ProviderAccount } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import { settingsOf } from './settings.ts';

/** A partner's usable accounts, default ones first; of one provider when it is named. */
export const partnerAccounts = (tx: Tx, partnerId: string, provider?: string): Promise<ProviderAccount[]> =>
  tx.providerAccount.findMany({
    where: { partnerId, disabledAt: null, ...(provider ? { provider } : {}) },
    orderBy: [{ isDefault: 'desc' }, { id: 'asc' }],
  });

/** The connector through which an account is reached. */
export const connectorOf = (
  { connectors, vault }: Pick<Deps, 'connectors' | 'vault'>,
  account: ProviderAccount,
): Connector => connectors.open(settingsOf(vault, account));
