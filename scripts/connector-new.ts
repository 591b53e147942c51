import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Starts a provider: `npm run connector:new -- acme "Acme Pay"` writes its folder with one working operation, its run of
 * the contract suite, and its line in the registry. What it writes compiles and passes; grow it from there.
 */

/** Where a template's text says so, the provider's code and name go. */
interface Names {
  /** Folder: `acme`. */
  folder: string;
  /** Code in GraphQL: `ACME`. */
  code: string;
  /** For people: `Acme Pay`. */
  name: string;
}

const templates: Record<string, string> = {
  'src/connectors/@folder@/config.ts': `import { z } from 'zod';

/** Settings of a provider account at @name@: its base URL, and its credentials by the names that people type. */
export const @folder@Config = z.object({
  baseUrl: z
    .url({ protocol: /^https?$/, message: 'must be an http(s) URL' })
    .transform((url) => url.replace(/\\/+$/, '')),
  token: z.string().min(1, 'must not be empty'),
});

export type @Folder@Config = z.output<typeof @folder@Config>;
`,
  'src/connectors/@folder@/wire.ts': `import { z } from 'zod';
import { AmountError, parseAmount } from '../../money/money.ts';
import { numberText } from '../json.ts';

/** Bodies as @name@ sends them. Unknown fields are dropped, a missing one fails the parse. Amounts become exact here. */

export const amount = z.object({ amount: numberText, currency: z.string() }).transform(({ amount, currency }, ctx) => {
  try {
    return parseAmount(amount, currency);
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    ctx.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});

export const balance = z.object({ balance: amount });
export const refusal = z.object({ error: z.string().nullish(), message: z.string().nullish() });
`,
  'src/connectors/@folder@/status.ts': `import type { DocumentedRefusal } from '../connector.ts';
import type { Refusal } from '../outcome.ts';

type Meaning = Omit<DocumentedRefusal, 'code'> & Pick<Refusal, 'blame'>;

/** The error table of the documents: every code with what can be done about it. */
const codes: Readonly<Record<string, Meaning>> = {
  bad_token: { remedy: 'CHANGE_INPUT', errorCode: 'PROVIDER_REJECTED', declineReason: 'PROVIDER_REFUSED', blame: 'PROVIDER' },
};

/** What a documented refusal without a known code means. A status that is not here proves nothing. */
const statuses: Readonly<Record<number, Meaning>> = {
  401: { remedy: 'CHANGE_INPUT', errorCode: 'PROVIDER_REJECTED', declineReason: 'PROVIDER_REFUSED', blame: 'PROVIDER' },
};

export const refusals: readonly DocumentedRefusal[] = Object.entries(codes).map(([code, meaning]) => ({ code, ...meaning }));

/** @returns undefined when the status is not documented: then nothing is proven */
export const meaningOf = (status: number, code: string | null): Meaning | undefined =>
  statuses[status] && (codes[code ?? ''] ?? statuses[status]);
`,
  'src/connectors/@folder@/client.ts': `import type { z } from 'zod';
import type { Call, ConnectorDeps } from '../connector.ts';
import type { HttpAnswer } from '../http.ts';
import { ProviderRejected } from '../outcome.ts';
import { jsonBody, matched, protocolError, refuseServerError } from '../reading.ts';
import type { @Folder@Config } from './config.ts';
import { meaningOf } from './status.ts';
import * as wire from './wire.ts';

export const PROVIDER = '@code@';

/** One method per documented operation, under the documents' own names. Answers are parsed, refusals thrown. */
export function createClient({ baseUrl, token }: @Folder@Config, { upstream }: ConnectorDeps) {
  const get = <D>(call: Call, operation: string, path: string, schema: z.ZodType<D>): Promise<D> =>
    upstream.call(
      {
        operation,
        safe: true,
        request: { method: 'GET', url: baseUrl + path, headers: { Accept: 'application/json', Authorization: \`Bearer \${token}\` } },
        hide: [token],
        read: (answer) => success(operation, answer, schema),
      },
      call.recorder,
    );
  return {
    balanceGet: (call: Call) => get(call, 'balance.get', '/balance', wire.balance),
  };
}

export type @Folder@Client = ReturnType<typeof createClient>;

function success<D>(operation: string, answer: HttpAnswer, schema: z.ZodType<D>): D {
  const asked = { provider: PROVIDER, operation };
  refuseServerError(asked, answer);
  const body = jsonBody(asked, answer);
  if (answer.status === 200) return matched(asked, schema, body);
  const { error, message } = matched(asked, wire.refusal, body);
  const meaning = meaningOf(answer.status, error ?? null);
  if (!meaning) throw protocolError(asked, 'UNMAPPED_STATUS', \`status \${answer.status} is not documented\`);
  throw new ProviderRejected({
    ...asked,
    httpStatus: answer.status,
    providerCode: error ?? null,
    providerMessage: message ?? null,
    remedy: meaning.remedy,
    errorCode: meaning.errorCode,
    declineReason: meaning.declineReason,
    blame: meaning.blame,
    limit: null,
  });
}
`,
  'src/connectors/@folder@/balances.ts': `import type { Balances } from '../wallets.ts';
import type { @Folder@Client } from './client.ts';

/** BALANCES. */
export function balancesCapability(client: @Folder@Client): Balances {
  return {
    operations: ['balance.get'],
    async list(call) {
      const { balance } = await client.balanceGet(call);
      return [{ balance, title: null, isDefault: true }];
    },
  };
}
`,
  'src/connectors/@folder@/index.ts': `import { defineConnector } from '../connector.ts';
import { balancesCapability } from './balances.ts';
import { createClient, PROVIDER } from './client.ts';
import { @folder@Config } from './config.ts';
import { refusals } from './status.ts';

/** @name@. The members that \`create\` returns are its capabilities. */
export const @folder@ = defineConnector({
  code: PROVIDER,
  name: '@name@',
  config: @folder@Config,
  complete: { baseUrl: 'https://@folder@.invalid', token: 'token' },
  origin: (config) => config.baseUrl,
  masking: { request: new Set(['token', 'phone', 'name']), answer: new Set(['token', 'phone', 'name']) },
  refusals,
  create(config, deps) {
    const client = createClient(config, deps);
    return { balances: balancesCapability(client) };
  },
});
`,
  'src/connectors/@folder@/README.md': `# @name@

| | |
|---|---|
| documents read | which, and of what date |
| amounts | JSON numbers in major units, read as source text |
| idempotency | what the provider dedupes on, and what it promises |
| credentials | \`token\` |
| quirks | what its documents do not say, and how that is read here |
`,
  'test/connectors/@folder@/contract.test.ts': `import { @folder@ } from '../../../src/connectors/@folder@/index.ts';
import { connectorContract } from '../contract.ts';

connectorContract({
  definition: @folder@,
  settings: (url) => ({ baseUrl: url, token: 'very-secret-token' }),
  secrets: ['very-secret-token'],
  // one entry per write, with the documents' own examples as answers
  writes: [],
  reads: [
    {
      name: 'balances.list',
      run: async ({ balances }, call) => balances?.list(call),
      answer: { status: 200, body: '{"balance":{"amount":8.74,"currency":"RUB"}}' },
      refusal: { answer: { status: 401, body: '{"error":"bad_token"}' }, providerCode: 'bad_token' },
      missingField: { status: 200, body: '{"balance":{"currency":"RUB"}}' },
    },
  ],
});
`,
};

/** The files of a new provider by path. */
export function connectorFiles(names: Names): Record<string, string> {
  const Folder = names.folder[0]?.toUpperCase() + names.folder.slice(1);
  const filled = (text: string) =>
    text
      .replaceAll('@folder@', names.folder)
      .replaceAll('@Folder@', Folder)
      .replaceAll('@code@', names.code)
      .replaceAll('@name@', names.name);
  return Object.fromEntries(Object.entries(templates).map(([path, text]) => [filled(path), filled(text)]));
}

/** The registry with the provider's import and its place in the list. */
export function registered(registry: string, folder: string): string {
  const list = /export const providers: readonly ProviderDefinition\[\] = \[([^\]]*)\];/;
  const known = list.exec(registry)?.[1];
  if (known === undefined) throw new Error('src/connectors/registry.ts has no list of providers to add a line to.');
  const imported = `import { ${folder} } from './${folder}/index.ts';\n`;
  const lastImport = registry.lastIndexOf('\nimport ');
  const end = registry.indexOf(';\n', lastImport) + 2;
  const withImport = registry.slice(0, end) + imported + registry.slice(end);
  return withImport.replace(list, `export const providers: readonly ProviderDefinition[] = [${known}, ${folder}];`);
}

/** Checks what was typed. @throws Error that says what would be right */
export function namesOf(folder: string | undefined, name: string | undefined): Names {
  if (!folder || !/^[a-z][a-z0-9]{1,20}$/.test(folder))
    throw new Error('Say which: npm run connector:new -- <folder> "<Name>", the folder in lower case, such as acme.');
  if (name !== undefined && !/^[\p{L}\p{N} .&-]{1,60}$/u.test(name))
    throw new Error('A name has letters, digits and spaces.');
  return { folder, code: folder.toUpperCase(), name: name ?? folder };
}

function main([folder, name]: string[]): void {
  const names = namesOf(folder, name);
  const files = connectorFiles(names);
  const taken = Object.keys(files).find((path) => existsSync(path));
  if (taken) throw new Error(`${taken} is there already; nothing was written.`);
  const registry = 'src/connectors/registry.ts';
  for (const [path, text] of Object.entries({
    ...files,
    [registry]: registered(readFileSync(registry, 'utf8'), names.folder),
  })) {
    mkdirSync(dirname(join('.', path)), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`wrote ${path}\n`);
  }
  process.stdout.write(`Now: npm run format, then npx vitest run test/connectors/${names.folder}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
