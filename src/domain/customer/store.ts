import type { Tx } from '../../db/client.ts';
import type { Customer, Prisma } from '../../db/generated/client.ts';
import type { Viewer } from '../access/viewer.ts';

/** The rows of `customer` that this viewer may know of. */
export function visibleCustomers(viewer: Viewer): Prisma.CustomerWhereInput {
  switch (viewer.kind) {
    case 'ADMIN':
      return {};
    case 'PARTNER':
      return { partnerId: viewer.partnerId };
    case 'CUSTOMER':
      return { partnerId: viewer.partnerId, id: viewer.customerId };
  }
}

/** The customer with this id, or null: absent and foreign are the same. */
export const findCustomer = (tx: Tx, viewer: Viewer, id: string): Promise<Customer | null> =>
  tx.customer.findFirst({ where: { AND: [{ id }, visibleCustomers(viewer)] } });
