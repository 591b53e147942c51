import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import { GraphQLError, type ValidationContext } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { refusalOf } from '../../graphql/operation-cost.ts';
import type { Limits } from '../limits.ts';

const tooComplex = (message: string) =>
  new GraphQLError(`${message} Split the document, or ask for less.`, {
    extensions: { code: 'OPERATION_TOO_COMPLEX', http: { spec: true, status: 400 } },
  });
/** The limiters word their findings as syntax errors; the finding itself is what a caller needs. */
const finding = ({ message }: Error) => message.replace(/^Syntax Error: /, '');

/**
 * Bounds what one document may ask for, on every transport: length, tokens, depth, aliases, directives.
 * Where the cost of fields counts, the schema itself says so (graphql/builder.ts); of a subscription before it begins, here.
 */
export function useOperationLimits(limits: Limits): Plugin {
  const asRule = (n: number) => ({
    n,
    propagateOnRejection: false,
    onReject: [
      (context: ValidationContext | null, error: GraphQLError) => context?.reportError(tooComplex(finding(error))),
    ],
  });
  const onTokens = (_context: ValidationContext | null, error: GraphQLError) => {
    throw tooComplex(finding(error));
  };
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const refusal = refusalOf(args);
      if (refusal) setResultAndStopExecution({ errors: [refusal] });
    },
    onPluginInit({ addPlugin }) {
      addPlugin({
        onParse({ params: { source } }) {
          const { length } = typeof source === 'string' ? source : source.body;
          if (length > limits.documentLength) {
            throw tooComplex(`The document has ${length} characters, more than ${limits.documentLength}.`);
          }
        },
      });
      addPlugin(maxTokensPlugin({ n: limits.tokens, onReject: [onTokens] }));
      addPlugin(maxDepthPlugin(asRule(limits.depth)));
      addPlugin(maxAliasesPlugin(asRule(limits.aliases)));
      addPlugin(maxDirectivesPlugin(asRule(limits.directives)));
    },
  };
}
