import type { Downgrades } from '../../connectors/access.ts';
import type { IdentificationDowngrade } from '../../db/generated/client.ts';
import type { IdentificationLevel } from '../../db/generated/enums.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { PartnerViewer } from '../access/viewer.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { actorOf, isClaimed, once } from '../idempotency/once.ts';
import { capable, type WalletAtProvider, walletAtProvider } from '../wallet/at-provider.ts';
import { refreshWallet } from '../wallet/mirror.ts';
import { acceptedOfWallet, naming } from '../wallet/refusal.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { lockWallet } from '../wallet/store.ts';
import { findDowngrade } from './store.ts';

export type DowngradeDeps = Pick<Deps, 'db' | 'vault' | 'clock' | 'connectors' | 'log'>;

export interface RequestDowngradeInput {
  idempotencyKey: string;
  walletId: string;
  to: IdentificationLevel;
}

const OPERATION = 'customerIdentificationDowngrade';

/**
 * Asks the provider of a wallet for a step down of its identification. Nothing changes until it is confirmed, so a lost answer
 * is made good by repeating with the same key: a request that nobody confirms comes to nothing.
 * @throws NotFoundError, IdempotencyError, StateError, NotSupportedError; InvalidInputError for a step that the provider does
 *   not know; ProviderRejectedError, ProviderUnavailableError
 */
export async function requestDowngrade(
  deps: DowngradeDeps,
  viewer: PartnerViewer,
  { idempotencyKey, ...input }: RequestDowngradeInput,
): Promise<{ downgrade: IdentificationDowngrade; replayed: boolean }> {
  const { walletId, to } = input;
  const { prisma } = deps.db;
  const reached = await walletAtProvider(deps, viewer, walletId, 'IDENTIFICATION');
  const downgrades = capable(reached, 'IDENTIFICATION', (connector) => connector.identification?.downgrades);
  // the level that is known here may be older than the provider's
  if (!(await isClaimed(prisma, viewer, OPERATION, idempotencyKey))) await refreshWallet(deps, reached.wallet);
  const stored = await transaction(deps.db, async (tx) => {
    const claim = { operation: OPERATION, key: idempotencyKey, input, resultId: newId('IdentificationDowngrade') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed) return { downgrade: present(await findDowngrade(tx, viewer, id), 'the downgrade'), replayed };
    const wallet = present(await lockWallet(tx, viewer, walletId), 'the wallet');
    checkWalletState(wallet, ['ACTIVE']);
    const from = wallet.identificationLevel;
    checkStep(downgrades, from, to);
    const levels = { fromLevel: from, toLevel: to };
    const row = { id, partnerId: wallet.partnerId, walletId, ...levels, createdAt: deps.clock.now() };
    return { downgrade: await tx.identificationDowngrade.create({ data: row }), replayed };
  });
  if (stored.downgrade.reference !== null) return stored;
  const claimed = { operation: OPERATION, key: idempotencyKey };
  const downgrade = await whileInUse(deps, viewer, claimed, () =>
    ask(deps, viewer, { reached, downgrades, id: stored.downgrade.id, key: idempotencyKey }),
  );
  return { downgrade, replayed: stored.replayed };
}

function checkStep({ steps }: Downgrades, from: IdentificationLevel, to: IdentificationLevel): void {
  if (steps.some((step) => step.from === from && step.to === to)) return;
  const known = steps.map((step) => `${step.from} to ${step.to}`).join(', ');
  throw InvalidInputError.at('input.to', `the provider steps down ${known} only; this wallet is at ${from}.`);
}

interface Asking {
  reached: WalletAtProvider;
  downgrades: Downgrades;
  id: string;
  key: string;
}

async function ask(
  { db }: DowngradeDeps,
  viewer: PartnerViewer,
  { reached, downgrades, id, key }: Asking,
): Promise<IdentificationDowngrade> {
  // another request may have just got the answer
  const row = await db.prisma.identificationDowngrade.findUniqueOrThrow({ where: { id } });
  if (row.reference !== null) return row;
  const outcome = await downgrades.request(reached.call, row.toLevel);
  if (outcome.kind === 'rejected' || outcome.kind === 'notSent') {
    await transaction(db, async (tx) => {
      await tx.identificationDowngrade.deleteMany({ where: { id, reference: null } });
      const { partnerId } = viewer;
      await tx.idempotencyKey.deleteMany({ where: { partnerId, actor: actorOf(viewer), operation: OPERATION, key } });
    });
  }
  const { reference } = await naming('input.to', async () => acceptedOfWallet(outcome, reached.wallet));
  return db.prisma.identificationDowngrade.update({ where: { id }, data: { reference } });
}
