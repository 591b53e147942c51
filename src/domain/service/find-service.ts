import type { Tx } from '../../db/client.ts';
import type { ProviderAccount, Service } from '../../db/generated/client.ts';
import { NotFoundError, NotSupportedError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { readUpstream } from '../provider/errors.ts';
import { originOf } from '../provider/route.ts';
import { connectorOf } from '../provider/store.ts';
import { belongs, type Catalogue, type CatalogueDeps, live, partnerCatalogues } from './catalogue.ts';
import { keptServices } from './store.ts';

/** How long what was read of one service is good enough to show. */
const FRESH_MS = 24 * 60 * 60_000;
/** Services read one by one at a time. */
const AT_ONCE = 8;

/** A service that is offered now in a catalogue of this partner, or null: absent and foreign are the same. */
export async function findService(deps: CatalogueDeps, tx: Tx, partnerId: string, id: string): Promise<Service | null> {
  // asked for in any case: what is foreign must not take longer than what is absent
  const catalogues = await partnerCatalogues(deps, tx, partnerId);
  const row = await tx.service.findFirst({ where: { id, removedAt: null } });
  return row && belongs(row, catalogues) ? row : null;
}

/**
 * The service as its provider has it at this moment, kept as such: what a payment is checked against. Not to be called
 * inside a transaction.
 * @param reference the service's number at the provider
 * @throws NotFoundError when the provider no longer has it; NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function freshService(deps: CatalogueDeps, account: ProviderAccount, reference: string): Promise<Service> {
  const { services } = connectorOf(deps, account);
  if (!services)
    throw new NotSupportedError(account.provider, 'SERVICES', 'This provider has no catalogue of services.');
  const key = { provider: account.provider, origin: originOf(deps, account) };
  const told = await readUpstream(() => services.get({ wallet: null }, reference));
  const now = deps.clock.now();
  const { prisma } = deps.db;
  if (!told) {
    await prisma.service.updateMany({
      where: { ...key, providerReference: reference, removedAt: null },
      data: { removedAt: now },
    });
    throw new NotFoundError('The service');
  }
  // the answer is about what was asked, whatever id it repeats
  const [row] = await keptServices(prisma, key, [{ ...told, reference }], 'DETAIL', now);
  return present(row, 'the service that was kept');
}

/**
 * These services with parameters and bounds. Those never read, or read more than a day ago, are read now, a few at a time.
 * What cannot be read is answered as it was kept; when it was never read, the error takes its place.
 */
export async function detailedServices(
  deps: CatalogueDeps,
  catalogues: readonly Catalogue[],
  rows: readonly Service[],
): Promise<(Service | Error)[]> {
  const oldest = deps.clock.now().getTime() - FRESH_MS;
  // one that answers searches only cannot be asked for one service
  const askable = live(deps, catalogues).filter(
    ({ connector }) => connector.services && !connector.services.liveSearch,
  );
  const answers = [...rows] as (Service | Error)[];
  const waiting = rows.flatMap((row, index) => {
    const stale = row.removedAt === null && (row.detailedAt?.getTime() ?? 0) < oldest;
    const catalogue = stale ? askable.find((one) => belongs(row, [one])) : undefined;
    return catalogue ? [{ row, index, account: catalogue.account }] : [];
  });
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { row, index, account } = next;
      answers[index] = await freshService(deps, account, row.providerReference).catch((error: Error) =>
        row.detailedAt === null && !(error instanceof NotFoundError) ? error : row,
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}
