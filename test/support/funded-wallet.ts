import type { PartnerViewer } from '../../src/domain/access/viewer.ts';
import { openWallet } from '../../src/domain/wallet/open-wallet.ts';
import { topUpSettled } from '../../src/ledger/entries.ts';
import { newId } from '../../src/lib/ids.ts';
import type { createDeps } from '../../src/server/deps.ts';
import { unique } from './builders.ts';

type Deps = Awaited<ReturnType<typeof createDeps>>['deps'];

/**
 * Opens a rouble wallet with money in it, without a gateway around.
 * @param holds minor units
 * @returns its id
 */
export async function fundedWallet(deps: Deps, viewer: PartnerViewer, holds: bigint): Promise<string> {
  const opening = { idempotencyKey: unique('wallet'), currency: 'RUB', identification: 'FULL' as const };
  const { id } = (await openWallet(deps, viewer, opening)).wallet;
  const about = { partnerId: viewer.partnerId, currency: 'RUB', reference: newId('Payment'), occurredAt: new Date() };
  await deps.ledger.post(topUpSettled({ ...about, amount: holds, walletId: id }));
  return id;
}
