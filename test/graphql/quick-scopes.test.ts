import SchemaBuilder from '@pothos/core';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { graphqlSync } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Scope } from '../../src/db/generated/enums.ts';
import type { Viewer } from '../../src/domain/access/viewer.ts';
import { type AuthScopes, authScopes } from '../../src/graphql/access.ts';
import type { Context } from '../../src/graphql/context.ts';
import { useQuickScopes } from '../../src/graphql/quick-scopes.ts';

/** A scope that is looked for the short way is neither forgotten nor asked of anybody else. */

useQuickScopes();
const builder = new SchemaBuilder<{ Context: Context; AuthScopes: AuthScopes; DefaultFieldNullability: true }>(
  // the options of plugins that have no part in this schema are left out
  { plugins: [ScopeAuthPlugin], scopeAuth: { authScopes } } as never,
);
const yes = () => true;
const wallets = { scope: 'WALLETS_READ' } as const;
const payments = { scope: 'PAYMENTS_READ' } as const;
const Guarded = builder.objectRef<object>('Guarded').implement({
  authScopes: wallets,
  fields: (t) => ({
    byType: t.boolean({ resolve: yes }),
    byBoth: t.boolean({ authScopes: payments, resolve: yes }),
    byFieldOnly: t.boolean({ authScopes: payments, skipTypeScopes: true, resolve: yes }),
    bySeveral: t.boolean({ authScopes: { ...payments, admin: true }, resolve: yes }),
    byFunction: t.boolean({ authScopes: () => payments, resolve: yes }),
  }),
});
const Face = builder.interfaceRef<object>('Face').implement({
  authScopes: payments,
  fields: (t) => ({ shown: t.boolean({ resolve: yes }) }),
});
const Faced = builder.objectRef<object>('Faced').implement({
  authScopes: wallets,
  interfaces: [Face],
  fields: (t) => ({ byTypeAndFace: t.boolean({ resolve: yes }) }),
});
const Granted = builder.objectRef<object>('Granted').implement({
  fields: (t) => ({ byGrant: t.boolean({ authScopes: { $granted: 'it' }, resolve: yes }) }),
});
builder.queryType({
  fields: (t) => ({
    open: t.boolean({ resolve: yes }),
    byField: t.boolean({ authScopes: wallets, resolve: yes }),
    granting: t.field({ type: Granted, authScopes: wallets, grantScopes: ['it'], resolve: () => ({}) }),
    guarded: t.field({ type: Guarded, resolve: () => ({}) }),
    faced: t.field({ type: Faced, resolve: () => ({}) }),
  }),
});
builder.mutationType({ fields: (t) => ({ byField: t.boolean({ authScopes: wallets, resolve: yes }) }) });
const schema = builder.toSchema();

const partner = (...scopes: Scope[]): Viewer => ({
  kind: 'PARTNER',
  partnerId: 'par_1',
  apiKeyId: 'key_1',
  scopes: new Set(scopes),
});
const viewers = {
  nobody: null,
  'who has none': partner(),
  'who reads wallets': partner('WALLETS_READ'),
  'who reads payments': partner('PAYMENTS_READ'),
  'who reads both': partner('WALLETS_READ', 'PAYMENTS_READ'),
  administrator: { kind: 'ADMIN' } as const,
};
const [WALLETS, PAYMENTS, BOTH] = [
  ['who reads wallets', 'who reads both', 'administrator'],
  ['who reads payments', 'who reads both', 'administrator'],
  ['who reads both', 'administrator'],
];

const cases: [string, string, string[]][] = [
  ['open', '{ open }', Object.keys(viewers)],
  ['the field of a query', '{ byField }', WALLETS],
  ['the field of a mutation', 'mutation { byField }', WALLETS],
  ['a type', '{ guarded { byType } }', WALLETS],
  ['a type and a field', '{ guarded { byBoth } }', BOTH],
  ['a field in place of its type', '{ guarded { byFieldOnly } }', PAYMENTS],
  ['a field that asks for one of several', '{ guarded { bySeveral } }', BOTH],
  ['a function', '{ guarded { byFunction } }', BOTH],
  ['a type and its interface', '{ faced { byTypeAndFace } }', BOTH],
  ['what another field grants', '{ granting { byGrant } }', WALLETS],
];

describe('Scopes', () => {
  test.each(cases)('of %s let through who has them, and nobody else.', (_, source, expected) => {
    const passing = Object.entries(viewers).filter(([, viewer]) => {
      const { data, errors } = graphqlSync({ schema, source, contextValue: { viewer } });
      if (!errors) expect(JSON.stringify(data)).toContain('true');
      return !errors;
    });
    expect(passing.map(([name]) => name)).toEqual(expected);
  });
});
