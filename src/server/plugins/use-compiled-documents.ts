import type { ExecutionArgs } from 'graphql';
import { isPromise, type Plugin } from 'graphql-yoga';
import type { CompiledDocuments } from '../door/compiled-documents.ts';
import type { RequestState } from '../request.ts';

/**
 * Runs registered documents by their compiled form, over every transport. What has none, and what is asked in another way than it was
 * compiled for, is left to the interpreter.
 */
export function useCompiledDocuments(compiled: CompiledDocuments): Plugin {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { admission } = args.contextValue as unknown as Partial<RequestState>;
      const document = admission?.persisted ? compiled.of(admission.persisted.document) : null;
      if (!document || (args.operationName ?? document.operationName) !== document.operationName) return;
      setExecuteFn((given: ExecutionArgs) => {
        const ran = document.run(given.contextValue as object, given.variableValues ?? {});
        return isPromise(ran) ? ran.then((result) => result ?? executeFn(given)) : (ran ?? executeFn(given));
      });
    },
  };
}
