import type { ProviderTemplate } from '../../connectors/catalogue.ts';
import type { PaymentTemplate, Service } from '../../db/generated/client.ts';
import { transaction } from '../../db/transaction.ts';
import { type MinorAmount, NotFoundError } from '../../errors.ts';
import { present } from '../../lib/assert.ts';
import { newId } from '../../lib/ids.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { whileInUse } from '../idempotency/in-use.ts';
import { isClaimed, once } from '../idempotency/once.ts';
import { acceptedValue, readUpstream } from '../provider/errors.ts';
import { checkWalletState } from '../wallet/rules.ts';
import { findWallet } from '../wallet/store.ts';
import { everyTemplate, reachTemplates, type TemplatesAtProvider } from './at-provider.ts';
import { checkContent, serviceOfTemplate, type TemplateContent, templateService, valuesOf } from './check-template.ts';
import { openSecrets, ownTemplates, sealSecrets, type TemplateDeps } from './store.ts';

export interface CreateTemplateInput {
  idempotencyKey: string;
  walletId: string;
  name: string;
  visibility: 'PRIVATE' | 'PUBLIC';
  serviceId: string;
  amount?: MinorAmount | undefined;
  amountLocked: boolean;
  parameters: { id: string; value: string }[];
  lockedParameters?: string[] | undefined;
}

const OPERATION = 'paymentTemplateCreate';

/**
 * Makes a payment template: here for a LOCAL wallet, at its provider for any other. No money moves. After an unclear answer
 * of the provider the same key finds the template there, or makes it; after a refusal the key is free again.
 * @throws NotFoundError, InvalidInputError, IdempotencyError, StateError, NotSupportedError, ProviderRejectedError,
 *   ProviderUnavailableError
 */
export async function createTemplate(
  deps: TemplateDeps,
  viewer: TenantViewer,
  { idempotencyKey, ...input }: CreateTemplateInput,
): Promise<{ template: PaymentTemplate; replayed: boolean }> {
  const wallet = await findWallet(deps.db.prisma, viewer, input.walletId);
  if (!wallet) throw new NotFoundError('The wallet');
  const known = await isClaimed(deps.db.prisma, viewer, OPERATION, idempotencyKey);
  const upstream = await reachTemplates(deps, wallet);
  const planned = known ? null : await plan(deps, wallet.partnerId, input, upstream);
  const now = deps.clock.now();
  const stored = await transaction(deps.db, async (tx) => {
    const claim = { operation: OPERATION, key: idempotencyKey, input, resultId: newId('PaymentTemplate') };
    const { resultId: id, replayed } = await once(tx, deps, viewer, claim);
    if (replayed) {
      const template = await tx.paymentTemplate.findFirst({ where: { AND: [{ id }, ownTemplates(viewer)] } });
      return { template: present(template, 'the template of a replayed mutation'), replayed };
    }
    checkWalletState(wallet, ['ACTIVE']);
    const { service, content } = present(planned, 'the plan of a new template');
    const owner = { partnerId: wallet.partnerId, walletId: wallet.id, customerId: wallet.customerId };
    const at = { provider: wallet.provider, providerAccountId: upstream?.account.id ?? null, serviceId: service.id };
    const template = await tx.paymentTemplate.create({
      data: { id, ...owner, ...at, createdAt: now, ...contentColumns(deps, id, content, service) },
    });
    return { template, replayed };
  });
  if (!upstream || stored.template.reference !== null) return stored;
  const claimed = { operation: OPERATION, key: idempotencyKey };
  const template = await whileInUse(deps, viewer, claimed, async () => {
    // another request may have just carried it
    const row = await deps.db.prisma.paymentTemplate.findUniqueOrThrow({ where: { id: stored.template.id } });
    return row.reference === null ? carry(deps, { ...stored, template: row }, upstream) : row;
  });
  return { template, replayed: stored.replayed };
}

async function plan(
  deps: TemplateDeps,
  partnerId: string,
  input: Omit<CreateTemplateInput, 'idempotencyKey'>,
  upstream: TemplatesAtProvider | null,
): Promise<{ service: Service; content: TemplateContent }> {
  const service = await templateService(deps, partnerId, input.serviceId, upstream?.catalogue ?? null);
  const { name, visibility, amount = null, amountLocked, parameters, lockedParameters = [] } = input;
  const values = valuesOf(parameters);
  return {
    service,
    content: checkContent(service, { name, visibility, amount, amountLocked, values, lockedParameters }),
  };
}

/** The columns that hold what a template holds. */
export const contentColumns = (
  { vault }: Pick<TemplateDeps, 'vault'>,
  id: string,
  { name, visibility, amount, amountLocked, values, lockedParameters }: TemplateContent,
  service: Pick<Service, 'currency'>,
) => ({
  name,
  visibility,
  amountMinor: amount?.minor ?? null,
  currency: amount?.currency ?? service.currency,
  amountLocked,
  lockedParameters,
  parametersSealed: sealSecrets(vault, id, { values }),
});

/** Makes the stored template at its provider, unless an earlier try did. */
async function carry(
  deps: TemplateDeps,
  { template, replayed }: { template: PaymentTemplate; replayed: boolean },
  upstream: TemplatesAtProvider,
): Promise<PaymentTemplate> {
  const service = await serviceOfTemplate(deps, template.partnerId, template.serviceId);
  const { values } = openSecrets(deps.vault, template);
  const found = replayed ? await lostTemplate(deps, template, service, values, upstream) : null;
  const { name, visibility, amountMinor, currency, amountLocked, lockedParameters } = template;
  const outcome = found
    ? ({ kind: 'accepted', value: found } as const)
    : await upstream.templates.create(upstream.call, {
        name,
        visibility,
        serviceReference: service.providerReference,
        parameters: values,
        ...(amountMinor === null ? {} : { amount: { minor: amountMinor, currency } }),
        locks: { amount: amountLocked, parameters: lockedParameters },
      });
  if (outcome.kind === 'rejected' || outcome.kind === 'notSent') await forget(deps, template);
  const { reference } = acceptedValue(outcome, upstream.account.provider);
  return transaction(deps.db, async (tx) => {
    const { id, providerAccountId } = template;
    // a list that was read meanwhile may have shown it already
    await tx.paymentTemplate.deleteMany({ where: { providerAccountId, reference, id: { not: id } } });
    return tx.paymentTemplate.update({ where: { id }, data: { reference } });
  });
}

/** Nothing was made: the row goes, and its key is free for other input. */
async function forget({ db }: TemplateDeps, { id, partnerId }: PaymentTemplate): Promise<void> {
  await transaction(db, async (tx) => {
    await tx.paymentTemplate.deleteMany({ where: { id, reference: null } });
    await tx.idempotencyKey.deleteMany({ where: { partnerId, operation: OPERATION, resultId: id } });
  });
}

/** The template of an earlier try whose answer was lost: one like it that no other key made. */
async function lostTemplate(
  { db }: TemplateDeps,
  template: PaymentTemplate,
  service: Service,
  values: Record<string, string>,
  upstream: TemplatesAtProvider,
): Promise<{ reference: string } | null> {
  const { items } = await readUpstream(() => everyTemplate(upstream));
  const alike = items.filter((item) => isAlike(item, template, service, values)).map(({ reference }) => reference);
  const rows = await db.prisma.paymentTemplate.findMany({
    where: { providerAccountId: upstream.account.id, reference: { in: alike } },
  });
  const made = await db.prisma.idempotencyKey.findMany({
    where: { partnerId: template.partnerId, operation: OPERATION, resultId: { in: rows.map(({ id }) => id) } },
  });
  const taken = rows.filter(({ id }) => made.some(({ resultId }) => resultId === id));
  const free = alike.find((reference) => !taken.some((row) => row.reference === reference));
  return free === undefined ? null : { reference: free };
}

const isAlike = (
  item: ProviderTemplate,
  { name, visibility, amountMinor, amountLocked }: PaymentTemplate,
  service: Service,
  values: Record<string, string>,
): boolean =>
  item.name === name &&
  item.visibility === visibility &&
  item.amountLocked === amountLocked &&
  (item.amount?.minor ?? null) === amountMinor &&
  item.service.reference === service.providerReference &&
  Object.entries(values).every(([id, value]) => item.parameters.some((one) => one.id === id && one.value === value));
