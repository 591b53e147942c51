import { type ExecutionArgs, type ExecutionResult, GraphQLError, parse } from 'graphql';
import { envelop, type Plugin } from 'graphql-yoga';
import { describe, expect, test } from 'vitest';
import { hookedExecute } from '../../../src/server/door/execute-hooked.ts';

/** The hooks around an execution are called as envelop calls them: same order, same things seen, same result or error. */

type Seen = (event: string) => void;
type OnExecute = NonNullable<Plugin['onExecute']>;
type Hook = (name: string, seen: Seen) => OnExecute;

const shown = (value: unknown) => JSON.stringify(value, (_, one) => (one instanceof Error ? one.message : one));
const later = () => new Promise<void>((resolve) => setImmediate(resolve));

const hooks: Record<string, Hook> = {
  silent: (name, seen) => () => seen(name),
  slow: (name, seen) => async () => {
    await later();
    seen(name);
  },
  watching: (name, seen) => () => ({
    onExecuteDone({ result }) {
      seen(`${name} ${shown(result)}`);
    },
  }),
  'watching slowly': (name, seen) => async () => ({
    async onExecuteDone({ result }) {
      await later();
      seen(`${name} ${shown(result)}`);
    },
  }),
  changing: (name, seen) => () => ({
    onExecuteDone({ result, setResult }) {
      seen(`${name} ${shown(result)}`);
      setResult({ data: { changed: name } });
    },
  }),
  wrapping:
    (name, seen) =>
    ({ executeFn, setExecuteFn }) => {
      setExecuteFn(async (args: ExecutionArgs) => {
        seen(`${name} begins`);
        const result = await executeFn(args);
        seen(`${name} ends`);
        return result;
      });
    },
  extending:
    (name, seen) =>
    ({ context, extendContext }) => {
      seen(`${name} ${shown(context)}`);
      extendContext({ [name]: true } as never);
    },
  stopping:
    (name, seen) =>
    ({ setResultAndStopExecution }) => {
      seen(name);
      setResultAndStopExecution({ errors: [new GraphQLError('stopped')] });
      return { onExecuteDone: ({ result }) => seen(`${name} ${shown(result)}`) };
    },
  'stopping late':
    (name, seen) =>
    async ({ setResultAndStopExecution }) => {
      await later();
      seen(name);
      setResultAndStopExecution({ errors: [new GraphQLError('stopped late')] });
    },
  throwing: (name) => () => {
    throw new Error(name);
  },
  rejecting: (name) => async () => {
    await later();
    throw new Error(name);
  },
  'throwing when done': (name) => () => ({
    onExecuteDone() {
      throw new Error(name);
    },
  }),
};

const engines: Record<string, (args: ExecutionArgs) => unknown> = {
  'at once': ({ contextValue }) => ({ data: { context: shown(contextValue) } }),
  later: async ({ contextValue }) => {
    await later();
    return { data: { context: shown(contextValue) } };
  },
  never: () => {
    throw new Error('the engine broke');
  },
};

const names = Object.keys(hooks);
const lists = [
  [],
  ...names.map((name) => [name]),
  ...names.flatMap((first) => names.map((second) => [first, second])),
  ...names.map((name) => ['watching', name, 'extending', 'changing', name]),
];

async function story(list: readonly string[], engine: string, way: 'envelop' | 'door'): Promise<string[]> {
  const events: string[] = [];
  const seen: Seen = (event) => events.push(event);
  const plugins: Plugin[] = [
    { onExecute: ({ setExecuteFn }) => setExecuteFn(engines[engine] as never) },
    ...list.map((name, at) => ({ onExecute: hooks[name]?.(`${name} ${at}`, seen) as OnExecute })),
  ];
  const args = { document: parse('{ a }'), contextValue: { viewer: 'somebody' } } as unknown as ExecutionArgs;
  try {
    const execute = way === 'door' ? hookedExecute([false, ...plugins]) : envelop({ plugins })({}).execute;
    const result = (await execute(args)) as ExecutionResult;
    events.push(`result ${shown(result)}`);
  } catch (error) {
    events.push(`error ${(error as Error).message}`);
  }
  return events;
}

describe('Hooks around an execution at the door', () => {
  test.each(Object.keys(engines))('are called as by envelop, the engine answering %s.', async (engine) => {
    for (const list of lists) {
      const expected = await story(list, engine, 'envelop');
      expect(await story(list, engine, 'door'), list.join(', ')).toEqual(expected);
    }
  });

  test('answer at once when all of them do.', () => {
    const execute = hookedExecute([
      { onExecute: ({ setExecuteFn }: never) => (setExecuteFn as (engine: unknown) => void)(engines['at once']) },
    ]);
    expect(execute({ contextValue: {} } as unknown as ExecutionArgs)).toEqual({ data: { context: '{}' } });
  });
});
