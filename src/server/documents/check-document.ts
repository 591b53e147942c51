import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, specifiedRules, validate } from 'graphql';
import { envelop, type Plugin, useSchema } from 'graphql-yoga';
import type { DocumentCheck } from '../../domain/document/check.ts';
import { costOf, passedLimits } from '../../graphql/document-cost.ts';
import { needsOf } from '../../graphql/document-needs.ts';
import type { Limits } from '../limits.ts';
import { useHiddenSchema } from '../plugins/use-hidden-schema.ts';
import { useOperationLimits } from '../plugins/use-operation-limits.ts';

export interface DocumentCheckOptions {
  schema: GraphQLSchema;
  limits: Limits;
  /** Are questions about the schema refused? */
  hidden: boolean;
}

/** Looks at documents with the same parser, rules and limits as requests meet, before anybody may send them by their ids. */
export function createDocumentCheck({ schema, limits, hidden }: DocumentCheckOptions): DocumentCheck {
  const engine: Plugin = {
    onSchemaChange: () => undefined,
    onParse: ({ setParseFn }) => setParseFn(parse),
    onValidate: ({ setValidationFn }) => setValidationFn(validate),
  };
  const enveloped = envelop({
    plugins: [engine, useSchema(schema), useOperationLimits(limits), hidden && useHiddenSchema()],
  })({});
  return {
    async check(body) {
      const document = parsed(() => enveloped.parse(body));
      if ('problems' in document) return document;
      const errors: readonly GraphQLError[] = enveloped.validate(schema, document, specifiedRules);
      if (errors.length > 0) return { problems: errors.map(located) };
      const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
      if (operations.length !== 1)
        return { problems: [`it has ${operations.length} operations; a document that is run by its id has one.`] };
      const cost = costOf(schema, document);
      const passed = passedLimits(cost);
      if (passed.length > 0) return { problems: passed };
      const [operation] = operations;
      const operationName = operation && 'name' in operation ? (operation.name?.value ?? null) : null;
      return { operationName, cost: Math.ceil(cost.complexity), lacking: needsOf(schema, document) };
    },
  };
}

function parsed(read: () => DocumentNode): DocumentNode | { problems: string[] } {
  try {
    return read();
  } catch (error) {
    if (error instanceof GraphQLError) return { problems: [located(error)] };
    throw error;
  }
}

const located = ({ message, locations }: GraphQLError): string =>
  locations?.[0] ? `${message} (line ${locations[0].line}, column ${locations[0].column})` : message;
