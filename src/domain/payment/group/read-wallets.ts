import { textArray } from '../../../db/arrays.ts';
import type { WalletLimit } from '../../../db/generated/client.ts';
import type { Sql } from '../../../db/sql-transaction.ts';
import { present } from '../../../lib/assert.ts';
import type { TenantViewer } from '../../access/viewer.ts';
import type { TransferWallet } from '../transfer.ts';
import type { ConfirmRequest, CreateRequest } from './request.ts';

/** A wallet with all that deciding on its transfers takes. */
export interface GroupWallet extends TransferWallet {
  phoneHash: string | null;
  transferFeeBasisPoints: number;
  limits: WalletLimit[];
}

interface WalletRow extends Omit<GroupWallet, 'accounts' | 'limits'> {
  currencies: string[];
  limits: (Omit<WalletLimit, 'maxMinor' | 'walletId'> & { maxMinor: string | null })[];
}

const READ = `SELECT w.id, w.partner_id AS "partnerId", w.customer_id AS "customerId", w.provider, w.status::text AS status, w.house,
    w.identification_level::text AS "identificationLevel", encode(w.phone_hash, 'hex') AS "phoneHash",
    p.transfer_fee_basis_points AS "transferFeeBasisPoints",
    ARRAY(SELECT a.currency FROM wallet_account a WHERE a.wallet_id = w.id) AS currencies,
    coalesce((SELECT json_agg(json_build_object('kind', l.kind, 'window', l."window", 'currency', l.currency,
      'maxMinor', l.max_minor::text, 'enabled', l.enabled)) FROM wallet_limit l WHERE l.wallet_id = w.id), '[]') AS limits
  FROM wallet w JOIN partner p ON p.id = w.partner_id`;
const BY_ID = { name: 'group_wallets', text: `${READ} WHERE w.id = ANY ($1)` };
/** With both sides of some payments, which never change. */
const OF_PAYMENTS = {
  name: 'group_wallets_of_payments',
  text: `${READ} JOIN (SELECT unnest($1::text[]) AS id UNION
      SELECT unnest(ARRAY[s.source_wallet_id, s.destination_wallet_id]) FROM payment s WHERE s.id = ANY ($2)) AS n ON n.id = w.id`,
};
const BY_PHONE = {
  name: 'group_wallets_by_phone',
  text: `${READ} JOIN unnest($1::text[], $2::text[]) AS n(partner_id, hash)
    ON w.partner_id = n.partner_id AND w.phone_hash = decode(n.hash, 'hex')
    WHERE w.provider = 'LOCAL' AND w.status <> 'CLOSED'`,
};

/** The wallets that the requests of a group name. */
export interface GroupWallets {
  /** A wallet of this partner's, whoever owns it. */
  ofPartner(partnerId: string, id: string | null): GroupWallet | null;
  /** The wallet from which this viewer may pay. */
  payer(viewer: TenantViewer, id: string): GroupWallet | null;
  recipient(request: CreateRequest): GroupWallet | null;
}

/** Reads the wallets of a group in one statement, or in two when some are named by their phones; in one round trip. */
export async function readWallets(
  sql: Sql,
  creates: CreateRequest[],
  confirms: ConfirmRequest[],
): Promise<GroupWallets> {
  const named = creates.flatMap(({ fromWalletId, to }) =>
    'walletId' in to ? [fromWalletId, to.walletId] : [fromWalletId],
  );
  const phones = creates.flatMap(({ viewer, to }) => ('phoneHash' in to ? [{ viewer, hash: to.phoneHash }] : []));
  const ids = textArray([...new Set(named)]);
  const paymentIds = textArray(confirms.map(({ paymentId }) => paymentId));
  const [rows, found] = await Promise.all([
    confirms.length === 0 ? sql.rows<WalletRow>(BY_ID, [ids]) : sql.rows<WalletRow>(OF_PAYMENTS, [ids, paymentIds]),
    phones.length === 0
      ? []
      : sql.rows<WalletRow>(BY_PHONE, [
          textArray(phones.map(({ viewer }) => viewer.partnerId)),
          textArray(phones.map(({ hash }) => hash)),
        ]),
  ]);
  const wallets = new Map(rows.map((row) => [row.id, toWallet(row)]));
  const byPhone = new Map(
    found.map((row) => [`${row.partnerId} ${row.phoneHash}`, wallets.get(row.id) ?? toWallet(row)]),
  );
  const ofPartner = (partnerId: string, id: string | null) => {
    const wallet = wallets.get(id ?? '');
    return wallet?.partnerId === partnerId ? wallet : null;
  };
  return {
    ofPartner,
    payer(viewer, id) {
      const wallet = ofPartner(viewer.partnerId, id);
      return viewer.kind === 'PARTNER' || wallet?.customerId === viewer.customerId ? wallet : null;
    },
    recipient: ({ viewer, to }) =>
      'walletId' in to
        ? ofPartner(viewer.partnerId, to.walletId)
        : (byPhone.get(`${viewer.partnerId} ${to.phoneHash}`) ?? null),
  };
}

function toWallet({ currencies, limits, ...wallet }: WalletRow): GroupWallet {
  return {
    ...wallet,
    accounts: currencies.map((currency) => ({ currency })),
    limits: limits.map((limit) => ({
      ...limit,
      walletId: wallet.id,
      maxMinor: limit.maxMinor === null ? null : BigInt(present(limit.maxMinor, 'a cap')),
    })),
  };
}
