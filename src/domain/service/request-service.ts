import type { Prisma, ServiceRequest } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { InvalidInputError, NotFoundError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer, Viewer } from '../access/viewer.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { once } from '../idempotency/once.ts';
import { acceptedValue } from '../provider/errors.ts';
import { routeOfWallet } from '../wallet/route.ts';
import { findWallet } from '../wallet/store.ts';
import { upstreamAccess } from '../wallet/upstream-access.ts';

const MAX_TITLE = 255;
const OPERATION = 'serviceRequestCreate';
/** The reference of a wish that its provider took without numbering it; null: nobody knows whether it was taken. */
export const UNNUMBERED = '';

export interface RequestServiceInput {
  idempotencyKey: string;
  walletId: string;
  title: string;
}

/** The service request with this id, if the viewer may see its wallet; else null. */
export async function findServiceRequest(
  { db }: Pick<Deps, 'db'>,
  viewer: Viewer,
  id: string,
): Promise<ServiceRequest | null> {
  const request = await db.prisma.serviceRequest.findUnique({ where: { id } });
  return request && (await findWallet(db.prisma, viewer, request.walletId)) ? request : null;
}

/**
 * Asks a provider to add a service to its catalogue. It is a wish: no money moves, so an unclear answer is made good by
 * repeating the mutation with the same key, at worst the provider reads it twice.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, NotSupportedError, ProviderRejectedError,
 *   ProviderUnavailableError
 */
export async function requestService(
  deps: Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock'>,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: RequestServiceInput,
): Promise<{ request: ServiceRequest; replayed: boolean }> {
  const { prisma } = deps.db;
  const title = input.title.trim();
  if (title === '' || title.length > MAX_TITLE)
    throw InvalidInputError.at('input.title', `must have 1 to ${MAX_TITLE} characters.`);
  const wallet = await findWallet(prisma, viewer, input.walletId);
  if (!wallet) throw new NotFoundError('The wallet');
  const { account, connector } = await routeOfWallet(deps, prisma, wallet, { capability: 'SERVICES' });
  const ask = connector.services?.request;
  if (!ask) throw new NotSupportedError(account.provider, 'SERVICES', 'The provider takes no wishes for services.');
  const now = deps.clock.now();
  const { id, replayed } = await transaction(deps.db, async (tx) => {
    const claim = { operation: OPERATION, key: idempotencyKey, input, resultId: newId('ServiceRequest') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    const row = { id, partnerId: wallet.partnerId, walletId: wallet.id, title, createdAt: now };
    if (!replayed) await tx.serviceRequest.create({ data: row });
    return { id, replayed };
  });
  const stored = present(await prisma.serviceRequest.findUnique({ where: { id } }), 'a service request');
  if (stored.reference !== null) return { request: stored, replayed };
  const claimed = { operation: OPERATION, key: idempotencyKey };
  const request = await whileInUse(deps, viewer, claimed, async () => {
    // another request may have just sent it
    const row = await prisma.serviceRequest.findUniqueOrThrow({ where: { id } });
    if (row.reference !== null) return row;
    const outcome = await ask({ wallet: upstreamAccess(deps.vault, wallet) }, title);
    if (outcome.kind === 'rejected' || outcome.kind === 'notSent') await forget(deps, { id, reference: null });
    const { reference } = acceptedValue(outcome, account.provider);
    return prisma.serviceRequest.update({ where: { id }, data: { reference: reference ?? UNNUMBERED } });
  });
  return { request, replayed };
}

/** Nothing came of it: the key is free again. */
async function forget(
  { db }: Pick<Deps, 'db'>,
  where: Prisma.ServiceRequestWhereInput & { id: string },
): Promise<void> {
  await transaction(db, async (tx) => {
    const { count } = await tx.serviceRequest.deleteMany({ where });
    if (count > 0) await tx.idempotencyKey.deleteMany({ where: { operation: OPERATION, resultId: where.id } });
  });
}
