import type { PaymentTemplate } from '../../db/generated/client.ts';
import { type MinorAmount, NotFoundError } from '../../errors.ts';
import type { TenantViewer } from '../access/viewer.ts';
import { acceptedValue, readUpstream } from '../provider/errors.ts';
import { reachTemplate } from './at-provider.ts';
import { checkContent, serviceOfTemplate, valuesOf } from './check-template.ts';
import { contentColumns } from './create-template.ts';
import { findOwnTemplate, openSecrets, type TemplateDeps } from './store.ts';

export interface UpdateTemplateInput {
  templateId: string;
  name?: string | undefined;
  visibility?: 'PRIVATE' | 'PUBLIC' | undefined;
  amount?: MinorAmount | undefined;
  amountLocked?: boolean | undefined;
  parameters?: { id: string; value: string }[] | undefined;
  lockedParameters?: string[] | undefined;
}

/**
 * Changes what is given of a template; parameters and locks are replaced as a whole. Repeating it changes nothing more.
 * @throws NotFoundError, InvalidInputError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function updateTemplate(
  deps: TemplateDeps,
  viewer: TenantViewer,
  { templateId, ...input }: UpdateTemplateInput,
): Promise<PaymentTemplate> {
  const { prisma } = deps.db;
  const template = await findOwnTemplate(prisma, viewer, templateId);
  if (!template || template.deletedAt) throw new NotFoundError('The template');
  const { partnerId, amountMinor, currency } = template;
  const service = await serviceOfTemplate(deps, partnerId, template.serviceId);
  const content = checkContent(service, {
    name: input.name ?? template.name,
    visibility: input.visibility ?? template.visibility,
    amount: input.amount ?? (amountMinor === null ? null : { minor: amountMinor, currency }),
    amountLocked: input.amountLocked ?? template.amountLocked,
    values: input.parameters ? valuesOf(input.parameters) : openSecrets(deps.vault, template).values,
    lockedParameters: input.lockedParameters ?? template.lockedParameters,
  });
  const upstream = await reachTemplate(deps, template);
  if (upstream && template.reference !== null) {
    const { name, visibility, amount, amountLocked, values, lockedParameters } = content;
    const change = {
      name,
      visibility,
      parameters: values,
      ...(amount ? { amount } : {}),
      locks: { amount: amountLocked, parameters: lockedParameters },
    };
    const outcome = await upstream.templates.update(upstream.call, template.reference, change);
    acceptedValue(outcome, upstream.account.provider);
  }
  const data = contentColumns(deps, template.id, content, service);
  const { count } = await prisma.paymentTemplate.updateMany({ where: { id: template.id, deletedAt: null }, data });
  if (count === 0) throw new NotFoundError('The template');
  return { ...template, ...data };
}

/**
 * Deletes a template. Repeating it answers the deleted template.
 * @throws NotFoundError, NotSupportedError, ProviderRejectedError, ProviderUnavailableError
 */
export async function deleteTemplate(
  deps: TemplateDeps,
  viewer: TenantViewer,
  templateId: string,
): Promise<PaymentTemplate> {
  const template = await findOwnTemplate(deps.db.prisma, viewer, templateId);
  if (!template) throw new NotFoundError('The template');
  if (template.deletedAt) return template;
  await removeUpstream(deps, template);
  const deletedAt = deps.clock.now();
  await deps.db.prisma.paymentTemplate.updateMany({ where: { id: templateId, deletedAt: null }, data: { deletedAt } });
  return { ...template, deletedAt };
}

async function removeUpstream(deps: TemplateDeps, template: PaymentTemplate): Promise<void> {
  const { reference } = template;
  const upstream = await reachTemplate(deps, template);
  if (!upstream || reference === null) return;
  const { templates, call, account } = upstream;
  const outcome = await templates.remove(call, reference);
  // one that is gone is refused, too; it is what was wanted
  const gone = outcome.kind === 'rejected' && (await readUpstream(() => templates.get(call, reference))) === null;
  if (!gone) acceptedValue(outcome, account.provider);
}
