import type { Tx } from '../../db/client.ts';
import type { PaymentTemplate, Prisma } from '../../db/generated/client.ts';
import type { Deps } from '../../deps.ts';
import type { Vault } from '../../lib/crypto.ts';
import type { TenantViewer, Viewer } from '../access/viewer.ts';

export type TemplateDeps = Pick<Deps, 'db' | 'vault' | 'connectors' | 'clock' | 'log'>;

/** In place of a wallet's id: a template that somebody who has no wallet here has published at a provider. */
export const STRANGER = '';

/** What of a template is sealed: the values of its parameters, and the phone of an owner who has no wallet here. */
export interface TemplateSecrets {
  values: Record<string, string>;
  ownerPhone?: string;
}

/** A template's secrets as stored; the id binds the sealed value to its row. */
export const sealSecrets = (vault: Vault, id: string, secrets: TemplateSecrets): Uint8Array<ArrayBuffer> =>
  vault.seal(JSON.stringify(secrets), `payment_template.parameters:${id}`);

/** @throws InvariantError when the stored value was changed or belongs to another row */
export const openSecrets = (vault: Vault, { id, parametersSealed }: PaymentTemplate): TemplateSecrets =>
  JSON.parse(vault.open(parametersSealed, `payment_template.parameters:${id}`)) as TemplateSecrets;

/** Rows that are templates: not those whose provider has not taken them, nor those that were deleted. */
export const standing: Prisma.PaymentTemplateWhereInput = {
  deletedAt: null,
  OR: [{ provider: 'LOCAL' }, { reference: { not: null } }],
};

/** The rows that this viewer owns, or whose owner is its customer. */
export function ownTemplates(viewer: Viewer): Prisma.PaymentTemplateWhereInput {
  switch (viewer.kind) {
    case 'ADMIN':
      return {};
    case 'PARTNER':
      return { partnerId: viewer.partnerId };
    case 'CUSTOMER':
      return { partnerId: viewer.partnerId, customerId: viewer.customerId };
  }
}

/** The rows that this viewer may know of: its own, and those that others of the partner have published. */
export function visibleTemplates(viewer: Viewer): Prisma.PaymentTemplateWhereInput {
  if (viewer.kind !== 'CUSTOMER') return { AND: [standing, ownTemplates(viewer)] };
  const published = { partnerId: viewer.partnerId, visibility: 'PUBLIC' as const };
  return { AND: [standing, { OR: [ownTemplates(viewer), published] }] };
}

/** A template that the viewer may change, also one that it has deleted; or null: absent and foreign are the same. */
export const findOwnTemplate = (tx: Tx, viewer: TenantViewer, id: string): Promise<PaymentTemplate | null> =>
  tx.paymentTemplate.findFirst({
    where: {
      AND: [
        { id, walletId: { not: STRANGER } },
        { OR: [{ provider: 'LOCAL' }, { reference: { not: null } }] },
        ownTemplates(viewer),
      ],
    },
  });

/** Which templates of a wallet are wanted. */
export interface TemplateFilter {
  visibility?: 'PRIVATE' | 'PUBLIC' | undefined;
  serviceId?: string | undefined;
}

/** Rows of these wallets, a page of them. */
export const listTemplates = (
  tx: Tx,
  walletIds: string[],
  { visibility, serviceId }: TemplateFilter,
  {
    where,
    ...page
  }: Pick<Prisma.PaymentTemplateFindManyArgs, 'where' | 'take'> & {
    orderBy: Prisma.PaymentTemplateOrderByWithRelationInput;
  },
): Promise<PaymentTemplate[]> =>
  tx.paymentTemplate.findMany({
    ...page,
    where: {
      AND: [
        where ?? {},
        standing,
        { walletId: { in: walletIds } },
        visibility ? { visibility } : {},
        serviceId ? { serviceId } : {},
      ],
    },
  });
