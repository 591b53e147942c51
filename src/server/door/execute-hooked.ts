import type { ExecutionArgs, ExecutionResult } from 'graphql';
import { isPromise } from 'graphql-yoga';

/** Runs an operation within the hooks. */
export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

type MaybePromise<T> = T | Promise<T>;
type Engine = (args: ExecutionArgs) => unknown;
type Done = (end: { args: ExecutionArgs; result: unknown; setResult(result: unknown): void }) => unknown;
/** What a hook may answer with. */
type Told = { onExecuteDone?: Done } | undefined;

interface Hooks {
  onExecute?(begin: {
    args: ExecutionArgs;
    context: unknown;
    executeFn: Engine;
    setExecuteFn(engine: Engine): void;
    setResultAndStopExecution(result: unknown): void;
    extendContext(extension: object): void;
  }): MaybePromise<Told>;
}

/**
 * Calls the plugins' own `onExecute` and `onExecuteDone` in envelop's order and with what envelop gives them, but without what envelop has for results
 * that are streams, and without its made-up promises, which are dearer than most operations. A test holds it against envelop.
 * @param plugins of envelop, the engine among them, with those that were added by others
 */
export function hookedExecute(plugins: readonly (object | false)[]): Execute {
  const hooking = plugins.filter((plugin): plugin is Required<Hooks> => !!plugin && 'onExecute' in plugin);
  return (args) => {
    const done: Done[] = [];
    let stopped = false;
    const begin = {
      args,
      context: args.contextValue,
      executeFn: noEngine as Engine,
      setExecuteFn(engine: Engine) {
        begin.executeFn = engine;
      },
      setResultAndStopExecution(result: unknown) {
        end.result = result;
        stopped = true;
      },
      extendContext(extension: object) {
        Object.assign(args.contextValue as object, extension);
      },
    };
    const end = {
      args,
      result: undefined as unknown,
      setResult(result: unknown) {
        end.result = result;
      },
    };
    const before = (at: number): unknown => {
      const plugin = stopped ? undefined : hooking[at];
      if (!plugin) return end.result || begin.executeFn(args);
      return after(plugin.onExecute(begin), (told) => {
        if (told?.onExecuteDone) done.push(told.onExecuteDone);
        return before(at + 1);
      });
    };
    const behind = (at: number): unknown => {
      const hook = done[at];
      return hook ? after(hook(end), () => behind(at + 1)) : end.result;
    };
    return after(before(0), (result) => {
      end.result = result;
      return behind(0);
    }) as MaybePromise<ExecutionResult>;
  };
}

/** Goes on at once where it can. */
const after = <T>(value: MaybePromise<T>, next: (settled: T) => unknown): unknown =>
  isPromise(value) ? value.then(next) : next(value);

function noEngine(): never {
  throw new Error('no plugin says how to execute');
}
