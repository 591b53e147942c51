import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { sha256 } from '../src/lib/crypto.ts';
import { API_KEY, DOCUMENT, PAGE, WALLET_ID } from './front-door/data.ts';
import { compiled, NODE_FLAGS } from './support/compiled.ts';
import { createReport, medianRatio } from './support/report.ts';
import { interleave, median } from './support/rounds.ts';

/**
 * A registered document through the gateway's whole edge, over objects in memory, against mercurius with its JIT over the same schema and against
 * node:http that does nothing else. Each server in a process of its own, interleaved rounds, the same bytes from all.
 */

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const rounds = Number.parseInt(options.rounds, 10);
const seconds = Number.parseInt(options.seconds, 10);
const CONNECTIONS = 32;

interface Target {
  name: string;
  url: string;
  process: ChildProcess;
  body: string;
}

const variables = { id: WALLET_ID, first: PAGE };
const byId = JSON.stringify({ documentId: `sha256:${sha256(DOCUMENT)}`, variables });
const contenders = [
  // each as it is run: the gateway by its own command, the others by node's defaults, with which they are faster
  { name: 'the gateway', file: './front-door/gateway.ts', body: byId, execArgv: NODE_FLAGS },
  // its own form of an id
  {
    name: 'mercurius + jit',
    file: './front-door/mercurius.ts',
    body: JSON.stringify({ persisted: true, query: sha256(DOCUMENT), variables }),
    execArgv: [],
  },
  { name: 'node:http', file: './front-door/plain.ts', body: byId, execArgv: [] },
];

async function startTarget({ name, file, body, execArgv }: (typeof contenders)[number]): Promise<Target> {
  const secret = () => randomBytes(32).toString('hex');
  const env = {
    ...{ PATH: '', PORT: '0', SANDBOX: 'off', NODE_ENV: 'production', DATABASE_URL: 'postgres://127.0.0.1:1/none' },
    ...{ RATE_LIMIT: '1000000000', ADMIN_KEY: secret(), TOKEN_SECRET: secret(), ENCRYPTION_KEY: secret() },
  };
  const child = fork(await compiled(new URL(file, import.meta.url)), { execArgv, env });
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${name} did not start`))),
  ]);
  return { name, url: `http://127.0.0.1:${port}/graphql`, process: child, body };
}

async function stopTarget({ process: child }: Target): Promise<void> {
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}

const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${API_KEY}` };

async function checkSameBytes(targets: Target[]): Promise<void> {
  const bodies = await Promise.all(
    targets.map(async ({ url, body }) => (await fetch(url, { method: 'POST', headers, body })).text()),
  );
  if (new Set(bodies).size !== 1) throw new Error(`the answers differ:\n${bodies.join('\n')}`);
  process.stdout.write(
    `${cpus().length} cores; every answer has the same ${Buffer.byteLength(bodies[0] ?? '')} bytes\n`,
  );
}

async function measure(targets: Target[]): Promise<Map<string, number[]>> {
  const runners = targets.map(({ name, url, body }) => ({
    name,
    async run(duration: number) {
      const result = await autocannon({ url, method: 'POST', headers, body, connections: CONNECTIONS, duration });
      if (result.non2xx + result.errors > 0)
        throw new Error(`${name}: ${result.non2xx} refused, ${result.errors} failed`);
      return result.requests.total / result.duration;
    },
  }));
  await interleave(runners, 2, seconds); // warm
  return interleave(runners, rounds, seconds);
}

async function main(): Promise<void> {
  const report = createReport(options.json);
  const targets: Target[] = [];
  try {
    for (const contender of contenders) targets.push(await startTarget(contender));
    await checkSameBytes(targets);
    const figures = await measure(targets);
    const [ours = [], mercurius = [], plain = []] = targets.map(({ name }) => figures.get(name) ?? []);
    const detail = `${CONNECTIONS} connections; medians ${median(ours).toFixed(0)}, ${median(mercurius).toFixed(0)} and ${median(plain).toFixed(0)} requests a second`;
    const row = {
      goal: 'registered wallet query over HTTP, in-memory data, plugins on',
      comparison: '≥',
      unit: '×',
      rounds,
      detail,
    } as const;
    report.add({ ...row, against: 'mercurius + jit', target: 1.4, figure: medianRatio(ours, mercurius) });
    report.add({ ...row, against: 'hand-written node:http', target: 0.8, figure: medianRatio(ours, plain) });
  } finally {
    for (const target of targets) await stopTarget(target);
  }
  report.finish();
}

await main();
