import { perDatabase, shareStatement } from '../../db/adaptive.ts';
import type { Database } from '../../db/client.ts';
import { instantOf, type TextRow, textAt, textRows } from '../../db/text-rows.ts';
import { balancesOf, balancesOfWallet, type WalletBalance } from '../../ledger/balance.ts';
import type { TenantViewer } from '../access/viewer.ts';
import type { WalletWithAccounts } from './store.ts';
import { walletColumns, walletOf } from './wallet-row.ts';

/** A wallet that is looked for, and by whom. */
export interface SoughtWallet {
  viewer: TenantViewer;
  id: string;
}

/** A wallet with its currencies, and its balances at the same moment. */
export interface FoundWallet {
  wallet: WalletWithAccounts;
  balances: WalletBalance[];
}

/** The arrays stand in subqueries and the wallet behind `LIMIT 1`, so that the plan is the same for every number of keys and of wallets, and is kept. */
const WALLETS = {
  name: 'wallets_with_balances',
  text: `SELECT k.n, (SELECT json_agg(json_build_array(x.currency, x.ledger_account_id, x.opened_at::text) ORDER BY x.currency)
      FROM wallet_account x WHERE x.wallet_id = w.id), ${balancesOfWallet('w')}, ${walletColumns('w')}
    FROM unnest((SELECT $1::text[]), (SELECT $2::text[]), (SELECT $3::text[])) WITH ORDINALITY k(id, partner_id, customer_id, n)
    CROSS JOIN LATERAL (SELECT * FROM wallet w WHERE w.id = k.id AND w.partner_id = k.partner_id
      AND (k.customer_id IS NULL OR w.customer_id = k.customer_id) LIMIT 1) w`,
};

const wallets = perDatabase((db) => shareStatement((keys: readonly SoughtWallet[]) => readAll(db, keys)));

/** The wallets with these ids and their balances, in the order of the ids; null for what does not exist or is not the viewer's to see. */
export const readWallets = (
  db: Database,
  viewer: TenantViewer,
  ids: readonly string[],
): Promise<(FoundWallet | null)[]> => wallets(db).loadMany(ids.map((id) => ({ viewer, id })));

async function readAll(db: Database, keys: readonly SoughtWallet[]): Promise<(FoundWallet | null)[]> {
  const rows = await textRows(db, {
    ...WALLETS,
    values: [
      keys.map(({ id }) => id),
      keys.map(({ viewer }) => viewer.partnerId),
      keys.map(({ viewer }) => (viewer.kind === 'CUSTOMER' ? viewer.customerId : null)),
    ],
  });
  const answers: (FoundWallet | null)[] = keys.map(() => null);
  for (const row of rows) answers[Number(textAt(row, 0)) - 1] = foundWallet(row);
  return answers;
}

function foundWallet(row: TextRow): FoundWallet {
  const wallet = walletOf(row, 3);
  const accounts = JSON.parse(row[1] ?? '[]') as [currency: string, ledgerAccountId: string, openedAt: string][];
  return {
    wallet: {
      ...wallet,
      accounts: accounts.map(([currency, ledgerAccountId, openedAt]) => ({
        walletId: wallet.id,
        currency,
        ledgerAccountId,
        openedAt: instantOf(openedAt),
      })),
    },
    balances: balancesOf(wallet.id, row[2] ?? null),
  };
}
