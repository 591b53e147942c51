import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import DataloaderPlugin from '@pothos/plugin-dataloader';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import ValidationPlugin from '@pothos/plugin-validation';
import { GraphQLError } from 'graphql';
import type PrismaTypes from '../db/generated/pothos.ts';
import { getDatamodel } from '../db/generated/pothos.ts';
import type { StoredFile } from '../lib/stored-file.ts';
import { type AuthScopes, authScopes, neededText, unauthorized } from './access.ts';
import type { Context } from './context.ts';
import { useQuickScopes } from './quick-scopes.ts';

useQuickScopes();

/** How much one operation may ask for. A list counts ten times what it holds. */
export const operationLimits = { complexity: 5_000, depth: 12, breadth: 250 };

/** The refusal of an operation that costs so much; null when it is within the limits. */
export function costRefusal(cost: Readonly<typeof operationLimits>): GraphQLError | null {
  const limit = (['depth', 'breadth', 'complexity'] as const).find((kind) => cost[kind] > operationLimits[kind]);
  return limit ? tooMuch(limit, cost[limit]) : null;
}

const tooMuch = (limit: keyof typeof operationLimits, asked: number): GraphQLError =>
  new GraphQLError(
    `The operation asks for too much: ${limit} ${asked}, at most ${operationLimits[limit]}. Ask for fewer fields or shorter lists.`,
    { extensions: { code: 'OPERATION_TOO_COMPLEX', http: { status: 400 } } },
  );

interface ScalarShape<T> {
  Input: T;
  Output: T;
}

/** The schema builder. Types live beside their fields in the other files of this folder; this file defines none. */
export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  AuthScopes: AuthScopes;
  DefaultFieldNullability: false;
  Scalars: {
    ID: ScalarShape<string>;
    DateTime: ScalarShape<Date>;
    OffsetDateTime: ScalarShape<string>;
    Date: ScalarShape<string>;
    Decimal: ScalarShape<string>;
    Currency: ScalarShape<string>;
    PhoneNumber: ScalarShape<string>;
    EmailAddress: ScalarShape<string>;
    URL: ScalarShape<string>;
    Upload: { Input: StoredFile; Output: never };
    Cursor: ScalarShape<string>;
  };
}>({
  plugins: [
    ComplexityPlugin,
    RelayPlugin,
    ErrorsPlugin,
    ScopeAuthPlugin,
    PrismaPlugin,
    DataloaderPlugin,
    ValidationPlugin,
  ],
  defaultFieldNullability: false,
  complexity: {
    limit: ({ priced }) => (priced ? {} : operationLimits),
    complexityError: (kind, result) => {
      const limit = kind.toLowerCase() as keyof typeof operationLimits;
      return tooMuch(limit, result[limit]);
    },
  },
  relay: {
    idFieldOptions: { description: 'Its id: opaque, and the same everywhere.' },
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    // the plugin's type knows ID and String only, but passes on whatever it is given
    cursorType: 'Cursor' as 'String',
    nodeTypeOptions: { description: 'Whatever has an id of its own. The id is opaque and the same everywhere.' },
    pageInfoTypeOptions: { description: 'Where a page of a connection begins and ends.' },
    hasNextPageFieldOptions: { description: 'Is there more after this page?' },
    hasPreviousPageFieldOptions: { description: 'Is there more before this page?' },
    startCursorFieldOptions: { description: 'Cursor of the first edge of the page.' },
    endCursorFieldOptions: { description: 'Cursor of the last edge of the page.' },
    cursorFieldOptions: { description: 'The position of this edge, for `after` and `before`.' },
    nodeFieldOptions: { description: 'The object itself.' },
    edgesFieldOptions: { description: 'The objects of this page, each with its cursor.' },
    pageInfoFieldOptions: { description: 'Where this page begins and ends.' },
  },
  errors: { defaultTypes: [], directResult: true },
  scopeAuth: {
    authScopes,
    authorizeOnSubscribe: true,
    unauthorizedError: (_parent, context, _info, { failure }) =>
      unauthorized(context, `this needs ${neededText(failure)}.`),
  },
  validation: {
    validationError: ({ issues }) =>
      new GraphQLError(
        issues.map(({ path, message }) => `${path?.map(String).join('.') ?? ''}: ${message}`).join('; '),
        {
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ),
  },
  prisma: { client: (context) => context.deps.db.prisma, dmmf: getDatamodel() },
});

builder.queryType({ description: 'Everything that can be asked. Reading never changes anything.' });
builder.mutationType({
  description:
    'Everything that can be done. A refusal is a member of the result union; an error beside the data is a fault or a missing right.',
});
builder.subscriptionType({ description: 'Everything that can be watched. Nobody has to poll.' });
