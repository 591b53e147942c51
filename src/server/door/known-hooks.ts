import type { Plugin } from 'graphql-yoga';
import type { RequestState } from '../request.ts';

/** Hooks that are met on both paths: documents are parsed and validated by yoga, and the door calls what is around an execution itself. */
const BOTH = new Set(['onPluginInit', 'onSchemaChange', 'onParse', 'onValidate', 'onExecute', 'onSubscribe']);

/** A plugin of the edge. */
export interface EdgePlugin extends Plugin<object, RequestState> {
  /**
   * For each hook that yoga calls and the front door does not: how the door keeps what it is for. A success that the door answers meets none of these;
   * all else is answered by yoga, where they are called.
   */
  atDoor?: Readonly<Record<string, string>>;
}

/**
 * Fails when a plugin has a hook that the front door would pass by in silence.
 * @param plugins as they are given to yoga
 * @throws Error that names the hooks
 */
export function assertKnownAtDoor(plugins: readonly (object | false)[]): void {
  const unknown = withAdded(plugins).flatMap((plugin) =>
    Object.keys(plugin).filter((name) => name !== 'atDoor' && !BOTH.has(name) && !plugin.atDoor?.[name]),
  );
  if (unknown.length > 0)
    throw new Error(`A plugin has ${unknown.join(', ')}: say in its \`atDoor\` how the front door keeps what it does.`);
}

/** With those that they add themselves. */
function withAdded(plugins: readonly (object | false)[]): EdgePlugin[] {
  return plugins.flatMap((given) => {
    if (!given) return [];
    const plugin = given as EdgePlugin;
    const added: EdgePlugin[] = [];
    plugin.onPluginInit?.({
      addPlugin: (one: object) => added.push(one as EdgePlugin),
      plugins: [],
      setSchema: () => undefined,
      registerContextErrorHandler: () => undefined,
    });
    return [plugin, ...withAdded(added)];
  });
}
