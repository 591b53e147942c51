import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { API_KEY, payments, wallets } from './data.ts';

/** The page as somebody would write it who writes nothing else: the body is parsed, the key looked up, the object put together and written. */

const keys = new Map([[`Bearer ${API_KEY}`, true]]);

function page(id: string, first: number): string {
  const wallet = wallets.get(id);
  if (!wallet) return '{"data":{"wallet":null}}';
  const { phone, balance } = wallet;
  const shown = (payments.get(id) ?? [])
    .slice(0, first)
    .map(({ id: payment, status, createdAt, amount, walletId }) => ({
      id: payment,
      status,
      createdAt: createdAt.toISOString(),
      amount: { amount: amount.amount, currency: amount.currency },
      wallet: { id: walletId },
    }));
  return JSON.stringify({
    data: { wallet: { id, phone, balance: { amount: balance.amount, currency: balance.currency }, payments: shown } },
  });
}

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    if (!keys.has(req.headers.authorization ?? '')) return res.writeHead(401).end();
    const { variables } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      variables: { id: string; first: number };
    };
    const text = page(variables.id, variables.first);
    res.writeHead(200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    });
    res.end(text);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit(0));
