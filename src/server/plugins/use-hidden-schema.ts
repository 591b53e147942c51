import { NoSchemaIntrospectionCustomRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Answers no question about the schema: introspection is refused, and a misspelt field gets no "Did you mean". */
export function useHiddenSchema(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      return ({ valid, result }) => {
        if (valid) return;
        for (const error of result as Error[]) error.message = error.message.replace(/ Did you mean .*\?$/s, '');
      };
    },
  };
}
