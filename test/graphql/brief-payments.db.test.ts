import { execute, parse } from 'graphql';
import { expect, test } from 'vitest';
import { Scope } from '../../src/db/generated/enums.ts';
import type { TenantViewer } from '../../src/domain/access/viewer.ts';
import { createContext } from '../../src/graphql/context.ts';
import { schema } from '../../src/graphql/schema.ts';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';

/** What a list of payments is mostly asked for is read without the rest of the payments, and is the same as with it. */

const gateway = await startTestApp();
const shop = await openShop(gateway);
const scopes = new Set(Object.values(Scope));

async function paymentsOf(walletId: string, selection: string, viewer: TenantViewer): Promise<unknown> {
  const contextValue = createContext(gateway.deps, { viewer, requestId: 'test', lastEventId: null });
  const document = parse(`{ wallet(id: "${walletId}") { payments { ...Page } } }
    fragment Page on PaymentConnection { edges { node { ${selection} } } pageInfo { endCursor } }`);
  const result = await execute({ schema, document, contextValue });
  expect(result.errors?.map(String)).toBeUndefined();
  return result.data?.wallet;
}

const party = `{ __typename ... on WalletParty { phone wallet { id } } ... on BankAccountParty { bank bic account holder purpose }
  ... on ExternalParty { description } ... on CardParty { maskedPan } }`;
const brief = `__typename ... on Node { id } kind status terminal direction wallet { id } amount { amount currency } fee { amount }
  total { amount } source ${party} destination ${party} createdAt completedAt`;

test('All that may be read briefly of payments of each kind is the same for who reads it whole, and for each caller.', async () => {
  const [ann, bob] = [await shop.customer(), await shop.customer()];
  const from = await shop.wallet({ owner: ann, holds: '1000', phone: '+79261110001' });
  const to = await shop.wallet({ owner: bob, holds: '50', phone: '+79261110002' });
  await shop.transfer(from, to, '12.50', true);
  await shop.transfer(to, from, '1', true);
  await shop.transfer(from, to, '3');
  await shop.payout(from, '70');
  await shop.topUp(from, '5');
  const partner = { kind: 'PARTNER' as const, partnerId: shop.id, apiKeyId: 'key_0', scopes };
  const customers = [ann, bob].map(({ id: customerId }) => ({
    ...{ kind: 'CUSTOMER' as const, partnerId: shop.id, customerId, expiresAt: new Date(), scopes },
  }));
  const few: TenantViewer = { ...partner, scopes: new Set<Scope>(['WALLETS_READ', 'PAYMENTS_READ']) };
  const types = new Set<string>();
  for (const viewer of [partner, few, ...customers]) {
    for (const walletId of [from, to]) {
      const seen = await paymentsOf(walletId, brief, viewer);
      const whole = (await paymentsOf(walletId, `${brief} origin`, viewer)) as Page | null;
      for (const { node } of whole?.payments.edges ?? []) {
        expect(node.origin).toBe('API');
        for (const side of [node.source, node.destination]) types.add(side.__typename);
      }
      expect(without(seen)).toEqual(without(whole));
    }
  }
  expect([...types].sort()).toEqual(['BankAccountParty', 'ExternalParty', 'WalletParty']);
});

/** The page without what was asked for besides. */
const without = (page: unknown): unknown =>
  JSON.parse(JSON.stringify(page), (name, value: unknown) => (name === 'origin' ? undefined : value));

interface Page {
  payments: {
    edges: { node: { origin?: string; source: { __typename: string }; destination: { __typename: string } } }[];
  };
}
