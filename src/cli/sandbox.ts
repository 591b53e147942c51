import { Command, InvalidArgumentError, Option } from 'commander';
import { request } from 'undici';
import { createLog } from '../lib/log.ts';
import { startSandbox } from '../sandbox/server.ts';

/** `koshel sandbox ...`: the control API of a running provider sandbox, from the shell. Answers are printed as JSON. */

const DEFAULT_URL = 'http://127.0.0.1:4010';
const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `90s`, `15m`, `2h`, `1d` or milliseconds. */
function duration(text: string): number {
  const [, figure, unit = 'ms'] = /^(\d+)(ms|s|m|h|d)?$/.exec(text) ?? [];
  if (figure === undefined)
    throw new InvalidArgumentError('a duration is a number with ms, s, m, h or d, for example 15m');
  return Number.parseInt(figure, 10) * (UNITS[unit] ?? 1);
}

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected');
  return Number.parseInt(text, 10);
}

/** Reads `key=value` words; true, false and numbers keep their type, a quoted value stays a string. */
function fields(words: string[]): Record<string, unknown> {
  const typed = (text: string): unknown =>
    /^(true|false|-?\d{1,15}(\.\d+)?|".*")$/.test(text) ? JSON.parse(text) : text;
  return Object.fromEntries(
    words.map((word) => {
      const cut = word.indexOf('=');
      if (cut < 1) throw new InvalidArgumentError(`${word}: key=value is expected`);
      return [word.slice(0, cut), typed(word.slice(cut + 1))];
    }),
  );
}

type Send = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<void>;

/** Calls the control API named by `--url` and prints the answer; an error answer ends the command with status 1. */
function sender(command: Command): Send {
  return async (method, path, body) => {
    const { url } = command.opts<{ url: string }>();
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await request(new URL(`/control${path}`, url), {
      method,
      ...(body === undefined ? {} : json),
    }).catch((error: Error) => command.error(`no sandbox answers at ${url}: ${error.message}`));
    const content: unknown = await answer.body.json();
    if (answer.statusCode >= 400) command.error((content as { error?: string }).error ?? `HTTP ${answer.statusCode}`);
    process.stdout.write(`${JSON.stringify(content, null, 2)}\n`);
  };
}

const given = (options: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

function paymentCommands(command: Command, send: Send): void {
  const act = (provider: string, action: string, input: unknown) =>
    send('POST', `/${provider}/actions/${action}`, input);
  command
    .command('outcome <provider> <outcome>')
    .description('decide how the next payments, or one payment, will end: complete, decline, pending, undo, redo')
    .option('--id <payment>', 'this payment instead of the next ones', integer)
    .option('--reason <reason>', 'the decline reason of the provider')
    .option('--times <n>', 'for so many payments', integer)
    .action((provider: string, outcome: string, options: object) =>
      act(provider, 'outcome', given({ outcome, ...options })),
    );
  for (const name of ['complete', 'decline', 'undo', 'redo']) {
    const one = command.command(`${name} <provider> <payment>`).description(`${name} a payment now`);
    if (name === 'decline' || name === 'undo') one.option('--reason <reason>', 'the decline reason of the provider');
    one.action((provider: string, payment: string, options: object) =>
      act(provider, `payment.${name}`, given({ id: integer(payment), ...options })),
    );
  }
  command
    .command('act <provider> <action> [fields...]')
    .description('run one of the provider’s own actions with key=value fields')
    .option('--json <object>', 'the input as JSON instead of fields')
    .action((provider: string, action: string, words: string[], { json }: { json?: string }) =>
      act(provider, action, json === undefined ? fields(words) : JSON.parse(json)),
    );
  command
    .command('actions <provider>')
    .description('list the provider’s own actions')
    .action((provider: string) => send('GET', `/${provider}/actions`));
}

function faultCommands(command: Command, send: Send): void {
  command
    .command('fault <provider> <operation> <kind>')
    .description(
      'spoil the next calls: delay, status, garbage, close, hold; operation is a contract id, a prefix, or *',
    )
    .addOption(new Option('--when <when>', 'before the effect, or after it').choices(['before', 'after']))
    .option('--status <code>', 'HTTP status of kind status', integer)
    .option('--ms <duration>', 'length of kind delay', duration)
    .option('--times <n>', 'for so many calls', integer)
    .action((provider: string, operation: string, kind: string, options: object) =>
      send('POST', '/faults', given({ provider, operation, kind, ...options })),
    );
  const faults = command.command('faults').description('list the planned faults');
  faults.action(() => send('GET', '/faults'));
  faults
    .command('clear')
    .description('forget them')
    .action(() => send('DELETE', '/faults'));
  faults
    .command('release')
    .description('let held answers go')
    .action(() => send('POST', '/faults/release', {}));
}

function webhookCommands(command: Command, send: Send): void {
  const webhooks = command
    .command('webhooks')
    .description('the calls that providers make: list, withhold, release, duplicate');
  webhooks.action(() => send('GET', '/webhooks'));
  webhooks
    .command('withhold <provider>')
    .description('keep back further ones')
    .action((provider: string) => send('POST', '/webhooks/withhold', { provider }));
  webhooks
    .command('release <provider> [ids...]')
    .description('deliver what was kept back, or these ids in this order')
    .option('--reverse', 'newest first')
    .action((provider: string, ids: string[], { reverse }: { reverse?: boolean }) =>
      send('POST', '/webhooks/release', {
        provider,
        order: ids.length > 0 ? ids.map(integer) : reverse ? 'reverse' : 'fifo',
      }),
    );
  webhooks
    .command('duplicate <provider> [id]')
    .description('send one again; without an id, send the next ones twice')
    .option('--times <n>', 'so many', integer)
    .action((provider: string, id: string | undefined, options: object) =>
      send(
        'POST',
        '/webhooks/duplicate',
        given({ provider, id: id === undefined ? undefined : integer(id), ...options }),
      ),
    );
}

/** The command `sandbox` with its subcommands, to be added to the program. */
export function sandboxCommand(): Command {
  const command = new Command('sandbox').description('drive the provider sandbox');
  command.option('--url <url>', 'where the sandbox listens', DEFAULT_URL);
  const send = sender(command);
  command
    .command('start')
    .description('run a sandbox of its own until it is stopped')
    .option('--port <port>', 'port', integer, 4010)
    .option('--host <host>', 'address', '127.0.0.1')
    .action(async (options: { port: number; host: string }) => {
      const sandbox = await startSandbox({ ...options, log: createLog('info') });
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void sandbox.close());
    });
  command
    .command('state [provider]')
    .description('show everything')
    .action((provider?: string) => send('GET', provider === undefined ? '/state' : `/${provider}/state`));
  command
    .command('reset [provider]')
    .description('back to the seed')
    .action((provider?: string) => send('POST', '/reset', given({ provider })));
  command
    .command('advance <duration>')
    .description('move the sandbox’s clock forward, for example 15m')
    .action((text: string) => send('POST', '/clock', { advanceMs: duration(text) }));
  paymentCommands(command, send);
  faultCommands(command, send);
  webhookCommands(command, send);
  return command;
}
