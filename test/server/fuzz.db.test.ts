import { Agent } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { signSessionToken } from '../../src/domain/access/session-token.ts';
import { schema } from '../../src/graphql/schema.ts';
import { verifyLedger } from '../../src/ledger/checks.ts';
import { startTestApp } from '../support/app.ts';
import { openShop } from '../support/builders.ts';
import { anyDocument } from '../support/fuzz-documents.ts';
import { type FuzzedAnswer, type FuzzedRequest, requests, send } from '../support/fuzz-requests.ts';

/**
 * Ten thousand requests that nobody would write: documents from a grammar over the public schema, bodies, headers and credentials of every
 * kind. None is answered by a 500 or a fault, none shows what is inside, and the gateway and its books stand afterwards.
 * FUZZ_SEED takes another seed than the usual one.
 */

const seed = Number.parseInt(process.env['FUZZ_SEED'] ?? '5', 10);
const ROUNDS = 10;
const PER_ROUND = 1_000;
const AT_ONCE = 8;
/** A part takes some five seconds on a quiet machine. */
const PATIENT = { timeout: 180_000 };

// the edge as it is shown to everybody: no page of nine megabytes, no hints
const gateway = await startTestApp({ env: { NODE_ENV: 'production' } });
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
afterAll(() => agent.destroy());

/** What no answer may show: frames of a stack, files, SQL, names of what is inside. */
const INSIDE = [
  /\n\s+at .+:\d+:\d+/,
  /node_modules|\.ts:\d+|file:\/\/\/(?!etc)|\/src\//,
  /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.*\b(FROM|VALUES|SET|WHERE)\b/,
  /Prisma|P20\d\d|violates .* constraint|relation "|syntax error at or near|invalid byte sequence|ECONNREFUSED|TypeError|RangeError|undefined \(reading/,
  /INTERNAL_SERVER_ERROR/,
];

/** By status, by what kind of request, by credential, by code of an error or a refusal, by type of what a mutation answered. */
const counts = {
  status: new Map<string, number>(),
  kind: new Map<string, number>(),
  credential: new Map<string, number>(),
  code: new Map<string, number>(),
  answer: new Map<string, number>(),
};
const count = (what: Map<string, number>, name: string) => what.set(name, (what.get(name) ?? 0) + 1);

let arbitrary: fc.Arbitrary<FuzzedRequest>;
let healthy: () => Promise<unknown>;

/** Credentials by what they are; the first two, and the administrator's, are good. */
async function credentials(
  apiKey: string,
  customerId: string,
  partnerId: string,
  session: string,
): Promise<Record<string, string | null>> {
  const claims = { partnerId, customerId, scopes: ['WALLETS_READ' as const] };
  const at = (seconds: number) => new Date((Math.floor(Date.now() / 1000) + seconds) * 1000);
  const token = (from: number, to: number, more: object = {}, secret = gateway.config.tokenSecret) =>
    signSessionToken(secret, { ...claims, issuedAt: at(from), expiresAt: at(to), ...more });
  const [head, body, signature] = session.split('.');
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const bearers = {
    key: apiKey,
    session,
    administrator: gateway.config.adminKey,
    expired: await token(-600, -60),
    'of the future': await token(86_400, 90_000),
    'of another secret': await token(0, 600, {}, 'x'.repeat(64)),
    'of another shop': await token(0, 600, { partnerId: 'prt_0' }),
    'without a customer': await token(0, 600, { customerId: '' }),
    'with a scope that there is not': await token(0, 600, { scopes: ['EVERYTHING'] }),
    'alg none': `${part({ alg: 'none' })}.${body}.`,
    'alg none, signed': `${part({ alg: 'none' })}.${body}.${signature}`,
    'another alg': `${part({ alg: 'RS256' })}.${body}.${signature}`,
    'no claims': `${head}.${part({})}.${signature}`,
    'no JSON': `${head}.eyJ.${signature}`,
    'cut off': session.slice(0, -10),
    'many parts': Array.from({ length: 50 }, () => 'e30').join('.'),
    'unknown key': `ksh_${'0'.repeat(40)}`,
    'very long': 'x'.repeat(7_000),
  };
  const values = Object.fromEntries(Object.entries(bearers).map(([name, value]) => [name, `Bearer ${value}`]));
  return {
    ...values,
    none: null,
    'another scheme': 'Basic dXNlcjpwYXNz',
    'no value': 'Bearer',
    strange: 'Bearer \xff\xfe',
  };
}

beforeAll(async () => {
  const shop = await openShop(gateway);
  const anna = await shop.customer();
  const [wallet, other] = [
    await shop.wallet({ owner: anna, holds: '1000' }),
    await shop.wallet({ phone: '+79261110001' }),
  ];
  const payments = [
    await shop.transfer(wallet, other, '1'),
    await shop.transfer(wallet, other, '1', true),
    await shop.payout(wallet, '1'),
  ];
  const stranger = await openShop(gateway, { name: 'Another shop' });
  const words = [
    wallet,
    other,
    ...payments,
    anna.id,
    anna.externalId,
    shop.id,
    await stranger.wallet(),
    stranger.id,
    'wal_0',
    'key-1',
    'key-2',
  ];
  arbitrary = requests(anyDocument(schema, words), await credentials(shop.apiKey, anna.id, shop.id, anna.token));
  // some request may have left the partner with published documents only
  healthy = () => gateway.query(gateway.config.adminKey, '{ viewer { kind } }');
});

/** What is wrong with an answer; null when nothing is. */
function wrong({ status, text }: FuzzedAnswer): string | null {
  if (status >= 500 || status < 200) return `status ${status}`;
  const shown = INSIDE.find((pattern) => pattern.test(text));
  return shown ? `shows ${shown}` : null;
}

async function one(request: FuzzedRequest): Promise<string[]> {
  const answer = await send(gateway.app.port, agent, request).catch((error: Error) => error);
  if (answer instanceof Error) return [`${answer.message}: ${JSON.stringify(request)}`];
  count(counts.status, String(answer.status));
  count(counts.kind, request.kind);
  count(counts.credential, request.credential);
  for (const [, code = ''] of answer.text.matchAll(/"code":"([A-Z_]+)"/g)) count(counts.code, code);
  for (const [, type = ''] of answer.text.matchAll(/"__typename":"(\w+(?:Success|Error))"/g))
    count(counts.answer, type);
  const finding = wrong(answer);
  return finding === null ? [] : [`${finding}: ${JSON.stringify(request)} → ${answer.text.slice(0, 500)}`];
}

const table = (what: Map<string, number>) =>
  [...what]
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');

describe(`Ten thousand strange requests, seed ${seed}`, () => {
  test.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'get no fault and learn nothing, part %i.',
    PATIENT,
    async (round) => {
      const batch = fc.sample(arbitrary, { numRuns: PER_ROUND, seed: seed + round });
      const findings: string[] = [];
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let request = batch.pop(); request; request = batch.pop()) findings.push(...(await one(request)));
        }),
      );
      expect(findings).toEqual([]);
    },
  );

  test('leave the gateway and its books as they should be.', async () => {
    expect(await healthy()).toEqual({ data: { viewer: { kind: 'ADMIN' } } });
    await vi.waitFor(() => expect(gateway.deps.hub.size()).toBe(0));
    const sent = [...counts.status.values()].reduce((sum, times) => sum + times, 0);
    expect(sent).toBe(ROUNDS * PER_ROUND);
    const faults = gateway.logged.filter((line) => /"level":(50|60)/.test(line));
    expect(faults).toEqual([]);
    const report = await verifyLedger(gateway.deps.db);
    expect(report.checks.filter(({ broken }) => broken > 0)).toEqual([]);
    process.stdout.write(
      `fuzz: ${sent} requests, seed ${seed}\n  by status: ${table(counts.status)}\n  by kind: ${table(counts.kind)}\n  by credential: ${table(counts.credential)}\n  codes: ${table(counts.code)}\n  answers: ${table(counts.answer)}\n`,
    );
  });
});
