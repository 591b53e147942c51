import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { loadConfig } from '../../src/config.ts';
import { createVault, firstFingerprintKey, sha256 } from '../../src/lib/crypto.ts';
import { formatAmount } from '../../src/money/money.ts';
import { countSpent } from './count.ts';

/**
 * The wallet page as somebody would write it who writes nothing else: node:http, two prepared statements, one template.
 * It checks the key, keeps to the partner, opens the sealed phones, and answers the bytes that the gateway answers.
 */
const config = loadConfig();
const vault = createVault(config.masterKeys, firstFingerprintKey(config.masterKeys.current));
const pool = new pg.Pool({
  connectionString: config.databaseUrl ?? '',
  max: config.databasePool,
  options: '-c TimeZone=UTC',
});

const spent = countSpent(pool);

const WALLET = {
  name: 'wallet',
  text: `SELECT w.id, w.phone_sealed, w.status, a.currency, a.posted_credits - a.posted_debits AS posted, a.pending_debits AS pending
    FROM api_key k JOIN wallet w ON w.partner_id = k.partner_id JOIN ledger_account a ON a.wallet_id = w.id
    WHERE k.hash = $1 AND k.revoked_at IS NULL AND w.id = $2 ORDER BY a.currency`,
};
/** Each side by its own index: however long the history is, no more rows are read than are shown. */
const side = (
  where: string,
) => `(SELECT id, kind, status, created_at, amount_minor, currency, source_wallet_id, destination_wallet_id
  FROM payment WHERE ${where} ORDER BY id DESC LIMIT $2)`;
const PAYMENTS = {
  name: 'payments',
  text: `SELECT p.*, (SELECT phone_sealed FROM wallet WHERE id = p.source_wallet_id) AS source_phone,
      (SELECT phone_sealed FROM wallet WHERE id = p.destination_wallet_id) AS destination_phone
    FROM (SELECT * FROM (${side('source_wallet_id = $1')} UNION ALL
        ${side('destination_wallet_id = $1 AND source_wallet_id IS DISTINCT FROM $1')}) sides
      ORDER BY id DESC LIMIT $2) p
    ORDER BY p.id DESC`,
};

interface WalletRow {
  id: string;
  phone_sealed: Buffer | null;
  status: string;
  currency: string;
  posted: string;
  pending: string;
}
interface PaymentRow {
  id: string;
  kind: string;
  status: string;
  created_at: Date;
  amount_minor: string;
  currency: string;
  source_wallet_id: string | null;
  destination_wallet_id: string | null;
  source_phone: Buffer | null;
  destination_phone: Buffer | null;
}

const money = (minor: bigint, currency: string) => ({ amount: formatAmount({ minor, currency }), currency });

/** Opens each wallet's phone once a page, however many payments it is party of. */
function phoneBook() {
  const opened = new Map<string, string | null>();
  return (id: string, sealed: Buffer | null): string | null => {
    const known = opened.get(id);
    if (known !== undefined) return known;
    const phone = sealed ? vault.open(sealed, `wallet.phone:${id}`) : null;
    opened.set(id, phone);
    return phone;
  };
}

async function page(key: string, id: string, first: number): Promise<string> {
  const wallets = await pool.query<WalletRow>({ ...WALLET, values: [sha256(key), id] });
  const [wallet] = wallets.rows;
  if (!wallet) return '{"data":{"wallet":null}}';
  const { rows } = await pool.query<PaymentRow>({ ...PAYMENTS, values: [id, first + 1] });
  const shown = rows.slice(0, first);
  const last = shown.at(-1);
  const phone = phoneBook();
  const party = (walletId: string | null, sealed: Buffer | null) =>
    walletId ? { __typename: 'WalletParty', phone: phone(walletId, sealed) } : { __typename: 'ExternalParty' };
  return JSON.stringify({
    data: {
      wallet: {
        id,
        phone: phone(id, wallet.phone_sealed),
        status: wallet.status,
        balances: wallets.rows.map(({ currency, posted, pending }) => ({
          currency,
          available: money(BigInt(posted) - BigInt(pending), currency),
          pending: money(BigInt(pending), currency),
        })),
        payments: {
          edges: shown.map((row) => ({
            node: {
              id: row.id,
              kind: row.kind,
              status: row.status,
              direction: row.source_wallet_id === id ? 'OUT' : 'IN',
              createdAt: row.created_at.toISOString(),
              amount: money(BigInt(row.amount_minor), row.currency),
              source: party(row.source_wallet_id, row.source_phone),
              destination: party(row.destination_wallet_id, row.destination_phone),
            },
          })),
          pageInfo: {
            hasNextPage: rows.length > first,
            endCursor: last ? Buffer.from(`k1:${last.id}`).toString('base64url') : null,
          },
        },
      },
    },
  });
}

const server = createServer(async (req, res) => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const { variables } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    variables: { id: string; first: number };
  };
  const text = await page((req.headers.authorization ?? '').slice('Bearer '.length), variables.id, variables.first);
  res.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(text) });
  res.end(text);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => process.send?.(spent()));
process.once('disconnect', () => process.exit(0));
