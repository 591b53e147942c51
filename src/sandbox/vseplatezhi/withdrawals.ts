import type { FastifyInstance } from 'fastify';
import { spend } from './engine.ts';
import { plainRefusal, refuse } from './errors.ts';
import { amount as amountOf, text } from './fields.ts';
import { ACCOUNT, type Call, type Operation } from './http.ts';
import type { Bank } from './model.ts';
import { amountView } from './money.ts';
import { listView } from './report.ts';
import { mustBeOpen, walletOf } from './wallets.ts';
import type { World } from './world.ts';

/** Withdrawals to the client's own account at a bank (section 3.4). The paths are spelled as published (trap T-01). */

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const bankView = (world: World, bank: Bank) => ({
  ...bank,
  logoUrl: `${world.url()}/logo/${bank.bankIdentifier}.png`,
});

/** `withdrawal.init`: the balance falls at once; a transfer that fails later comes back as a `REFUND`. */
function withdraw(world: World, call: Call): object {
  const wallet = walletOf(world, call);
  const bankIdentifier = text(call.body, 'bankIdentifier');
  const amount = amountOf(call.body, 'amount');
  mustBeOpen(wallet);
  const bank = world.banks.get(bankIdentifier);
  if (bank === undefined) return refuse('BANK_UNKNOWN');
  spend(world, wallet, { type: 'DEBIT', amount, description: `Withdrawal to ${bank.name}` });
  return { walletId: wallet.walletId, amount: amountView(amount, world.settings.amounts) };
}

/** Operations 9 and 10. */
export const withdrawalOperations = (world: World): Operation[] => [
  {
    id: 'withdrawal.banks',
    method: 'GET',
    path: `${ACCOUNT}/wifhdrawal/banks`,
    handle: () => ({
      banks: listView(
        world,
        [...world.banks.values()].map((bank) => bankView(world, bank)),
      ),
    }),
  },
  {
    id: 'withdrawal.init',
    method: 'POST',
    path: `${ACCOUNT}/:walletId/wifhdrawal`,
    body: 'json',
    handle: (call) => withdraw(world, call),
  },
];

/** The pictures that `logoUrl` names. */
export function bankLogos(app: FastifyInstance, world: World): void {
  app.get<{ Params: { file: string } }>('/logo/:file', ({ params }, reply) => {
    if (!world.banks.has(params.file.replace(/\.png$/, ''))) throw plainRefusal(404);
    return reply.type('image/png').send(PIXEL);
  });
}
