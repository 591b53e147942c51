import type { ProviderTemplate } from '../../connectors/catalogue.ts';
import type { PaymentTemplate, Service, Wallet } from '../../db/generated/client.ts';
import { NotFoundError } from '../../errors.ts';
import { newId } from '../../lib/ids.ts';
import { ProviderUnavailableError, readUpstream } from '../provider/errors.ts';
import { belongs } from '../service/catalogue.ts';
import { freshService } from '../service/find-service.ts';
import { findWalletByPhone, type WalletWithAccounts } from '../wallet/store.ts';
import { everyTemplate, reachTemplate, reachTemplates, type TemplatesAtProvider } from './at-provider.ts';
import { openSecrets, STRANGER, sealSecrets, type TemplateDeps } from './store.ts';

/** Whose templates a provider told of. */
interface Owner {
  partnerId: string;
  wallet: Pick<Wallet, 'id' | 'customerId'> | null;
  phone?: string | undefined;
}

/**
 * Brings the rows of a wallet's own templates to what its provider has. Nothing to do for a LOCAL wallet; when the provider
 * cannot be reached it is logged, and the rows stay as they are.
 * @throws ProviderRejectedError, NotSupportedError
 */
export async function refreshTemplates(deps: TemplateDeps, wallet: WalletWithAccounts): Promise<void> {
  const upstream = wallet.status === 'CLOSED' ? null : await reachTemplates(deps, wallet);
  if (!upstream) return;
  const began = deps.clock.now();
  const told = await orKept(deps, wallet.id, () => everyTemplate(upstream));
  if (!told) return;
  await keepTemplates(deps, told.items, upstream, { partnerId: wallet.partnerId, wallet });
  if (!told.whole) return;
  const references = told.items.map(({ reference }) => reference);
  await deps.db.prisma.paymentTemplate.updateMany({
    // what was made while the list was being read is not missing
    where: {
      walletId: wallet.id,
      deletedAt: null,
      createdAt: { lt: began },
      NOT: [{ reference: null }, { reference: { in: references } }],
    },
    data: { deletedAt: began },
  });
}

/**
 * A template as its provider has it now, kept as such; as it was kept when the provider cannot be reached.
 * @returns null when its provider has it no longer
 */
export async function refreshTemplate(deps: TemplateDeps, template: PaymentTemplate): Promise<PaymentTemplate | null> {
  const { reference, partnerId, walletId, customerId } = template;
  const upstream = await reachTemplate(deps, template);
  if (!upstream || reference === null) return template;
  const told = await orKept(deps, walletId, async () => ({
    template: await upstream.templates.get(upstream.call, reference),
  }));
  if (!told) return template;
  if (told.template === null) {
    const gone = { deletedAt: deps.clock.now() };
    await deps.db.prisma.paymentTemplate.updateMany({ where: { id: template.id, deletedAt: null }, data: gone });
    return null;
  }
  const phone = openSecrets(deps.vault, template).ownerPhone;
  const owner = { partnerId, wallet: walletId === STRANGER ? null : { id: walletId, customerId }, phone };
  // the answer is about what was asked, whatever id it repeats
  const [row] = await keepTemplates(deps, [{ ...told.template, reference }], upstream, owner);
  return row ?? template;
}

/** Where a list goes on: in this page of the provider, of this size, after so many of its templates. */
export interface PublishedPosition {
  page: string | null;
  size: number;
  seen: number;
}

/**
 * Templates that somebody has published at the wallet's provider, from where a list goes on.
 * @throws NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function publishedUpstream(
  deps: TemplateDeps,
  wallet: WalletWithAccounts,
  upstream: TemplatesAtProvider,
  wanted: { ownerPhone: string; service: Service | null; after?: PublishedPosition | undefined; take: number },
): Promise<{ items: { row: PaymentTemplate; position: PublishedPosition }[]; more: boolean }> {
  const { ownerPhone, service, after, take } = wanted;
  if (service && !belongs(service, [upstream.catalogue])) return { items: [], more: false };
  const { partnerId, provider } = wallet;
  const hash = deps.vault.fingerprint(ownerPhone);
  const owner = {
    partnerId,
    wallet: await findWalletByPhone(deps.db.prisma, partnerId, hash, provider),
    phone: ownerPhone,
  };
  const filter = { visibility: 'PUBLIC' as const, ownerPhone };
  const size = after?.size ?? take;
  const items: { row: PaymentTemplate; position: PublishedPosition }[] = [];
  let page: string | null = after?.page ?? null;
  let seen = after?.seen ?? 0;
  for (;;) {
    const cursor: { cursor?: string } = page === null ? {} : { cursor: page };
    const reference = service ? { serviceReference: service.providerReference } : {};
    const answer = await readUpstream(() =>
      upstream.templates.list(upstream.call, { ...filter, ...cursor, ...reference, pageSize: size }),
    );
    const rows = await keepTemplates(deps, answer.items, upstream, owner);
    for (const [index, row] of rows.entries()) {
      if (row && index >= seen) items.push({ row, position: { page, size, seen: index + 1 } });
    }
    if (items.length > take || answer.next === null) return { items: items.slice(0, take), more: items.length > take };
    page = answer.next;
    seen = 0;
  }
}

/** What the provider told, or null when it cannot be reached. */
async function orKept<T>({ log }: TemplateDeps, walletId: string, read: () => Promise<T>): Promise<T | null> {
  try {
    return await readUpstream(read);
  } catch (error) {
    if (!(error instanceof ProviderUnavailableError)) throw error;
    log.info({ walletId, code: error.code }, 'templates could not be read from their provider');
    return null;
  }
}

/** Writes what a provider told, in its order. Null stands for one whose service the provider does not have. */
async function keepTemplates(
  deps: TemplateDeps,
  told: readonly ProviderTemplate[],
  upstream: TemplatesAtProvider,
  owner: Owner,
): Promise<(PaymentTemplate | null)[]> {
  const services = await servicesOf(deps, told, upstream);
  const providerAccountId = upstream.account.id;
  const kept: (PaymentTemplate | null)[] = [];
  for (const item of told) {
    const serviceId = services.get(item.service.reference);
    if (serviceId === undefined) {
      kept.push(null);
      continue;
    }
    const key = { providerAccountId_reference: { providerAccountId, reference: item.reference } };
    const known = await deps.db.prisma.paymentTemplate.findUnique({ where: key });
    const id = known?.id ?? newId('PaymentTemplate');
    const values = Object.fromEntries(
      item.parameters.filter(({ value }) => value !== '').map((parameter) => [parameter.id, parameter.value]),
    );
    const { wallet, phone } = owner;
    const data = {
      walletId: wallet?.id ?? STRANGER,
      customerId: wallet?.customerId ?? null,
      name: item.name,
      visibility: item.visibility,
      serviceId,
      amountMinor: item.amount?.minor ?? null,
      ...(item.amount ? { currency: item.amount.currency } : {}),
      amountLocked: item.amountLocked,
      lockedParameters: item.lockedParameters,
      parametersSealed: sealSecrets(deps.vault, id, { values, ...(wallet || !phone ? {} : { ownerPhone: phone }) }),
      deletedAt: null,
    };
    const at = { partnerId: owner.partnerId, provider: upstream.account.provider, providerAccountId };
    const create = { id, ...at, reference: item.reference, createdAt: deps.clock.now(), ...data };
    kept.push(await deps.db.prisma.paymentTemplate.upsert({ where: key, create, update: data }));
  }
  return kept;
}

/** Our ids of the services that these templates pay, by the provider's; one that is not known yet is read. */
async function servicesOf(
  deps: TemplateDeps,
  told: readonly ProviderTemplate[],
  { catalogue, account }: TemplatesAtProvider,
): Promise<Map<string, string>> {
  const references = [...new Set(told.map(({ service }) => service.reference))];
  const rows = await deps.db.prisma.service.findMany({
    where: { ...catalogue, providerReference: { in: references } },
  });
  const ids = new Map(rows.map(({ providerReference, id }) => [providerReference, id]));
  for (const reference of references.filter((one) => !ids.has(one))) {
    try {
      ids.set(reference, (await freshService(deps, account, reference)).id);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      deps.log.info({ provider: account.provider, reference }, 'a template names a service that its provider has not');
    }
  }
  return ids;
}
