import diagnostics from 'node:diagnostics_channel';
import type pg from 'pg';
import type { TestApp } from './app.ts';

/**
 * What no gateway of these tests may keep or log in clear: card numbers and codes, tokens, keys, passwords and documents. They are
 * learned where they pass, in what clients send, what goes to the providers and what comes back, and looked for in every table and
 * log line when the gateway is stopped. `test/scenarios/secrets.db.test.ts` shows that the search finds.
 */

/** Fields, headers and parameters whose values are secrets, by any of the providers' names or our own. */
const SECRET =
  words(`authorization token accesstoken refreshtoken clientsecret secret appsecret secretkey publickey password
  pan fullpan cardnumber cvv cvv2 cvc passport passportseriesnumber passportseries passportnumber inn itn snils ssn oms
  p2psecretkey p2ppublickey key webhookclienttoken xapikey`);
/** Of these not even a value too short to be searched for may stand under its name. */
const NEVER_NAMED = 'cvv2?|cvc|pan|fullPan|access_token|refresh_token|client_secret|password|passport|SecretKey';
/** Shorter values, and plain words, occur by themselves. */
const SEARCHABLE = /^(?=.*\d)\S.{6,}\S$/s;

const learned = new Set<string>();

/** Adds a value that is secret whatever its name. */
export function learnSecret(value: string): void {
  if (SEARCHABLE.test(value)) learned.add(value);
}

/**
 * Walks a value and learns what stands under the name of a secret; `{ name, value }` pairs count as fields. What VsePlatezhi calls the
 * token of a wallet's payment is the number of that payment, and is shown as such.
 */
export function learnSecrets(value: unknown): void {
  if (value === null || typeof value !== 'object') return;
  const fields = Object.entries(value);
  const { name, value: named } = value as { name?: unknown; value?: unknown };
  if (typeof name === 'string') fields.push([name, named]);
  for (const [field, inner] of fields) {
    const secret = isSecret(field) && !(field === 'token' && 'walletId' in value);
    if ((typeof inner === 'string' || typeof inner === 'number') && secret) learnSecret(String(inner));
    else learnSecrets(inner);
  }
}

/**
 * Everything in clear that should not be, in the tables and the log of a gateway: what, and where.
 * @returns nothing when all is well
 */
export async function secretsInClear(gateway: Pick<TestApp, 'logged'> & { pool: pg.Pool }): Promise<string[]> {
  const stored = await everythingStored(gateway.pool);
  // the wallets of some providers have numbers of 16 digits
  const { rows } = await gateway.pool.query<{ number: string }>('SELECT number FROM wallet WHERE number IS NOT NULL');
  const wallets = new Set(rows.map(({ number }) => number));
  return [...stored, ['the log', gateway.logged.join('')] as const].flatMap(([place, text]) => [
    ...[...learned].filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${place}`),
    ...[...text.matchAll(named)].map(([found]) => `${found} in ${place}`),
    ...[...text.matchAll(/(?<![\da-f.-])[2-6]\d{15}(?:\d{2,3})?(?![\da-f-])/g)]
      .filter(([digits]) => isCardNumber(digits) && !wallets.has(digits))
      .map(([digits]) => `the card number ${digits} in ${place}`),
  ]);
}

/** Every text, JSON and byte of the database as text, table by table; what is sealed is ciphertext there. */
export async function everythingStored(pool: pg.Pool): Promise<Map<string, string>> {
  const { rows: tables } = await pool.query<{ schema: string; name: string }>(
    `SELECT table_schema AS schema, table_name AS name FROM information_schema.tables
     WHERE table_schema IN ('public', 'graphile_worker') AND table_type = 'BASE TABLE'`,
  );
  const stored = new Map<string, string>();
  for (const { schema, name } of tables) {
    const { rows } = await pool.query<{ text: string }>(
      `SELECT to_jsonb(t)::text AS text FROM "${schema}"."${name}" t`,
    );
    const text = rows.map((row) => row.text).join('\n');
    // bytes are shown as hexadecimal: what stands there in clear is told by turning it back
    const bytes = [...text.matchAll(/\\\\x([0-9a-f]{8,})/g)].map(([, hex = '']) =>
      Buffer.from(hex, 'hex').toString('latin1'),
    );
    stored.set(`${schema}.${name}`, [text, ...bytes].join('\n'));
  }
  return stored;
}

/** Between two gateways: what one file's providers knew is not looked for in the next file. */
export const forgetSecrets = (): void => learned.clear();

/** Also JSON that stands as text in other JSON. A value is what does not look like a mask of ours or of a provider. */
const named = new RegExp(
  `["\\\\]+(?:${NEVER_NAMED})["\\\\]+\\s*:\\s*["\\\\]*(?!null|true|false)[^"\\\\*•,\\s{}[\\]]+["\\\\,}]`,
  'g',
);

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

const isSecret = (name: string): boolean => SECRET.has(name.toLowerCase().replaceAll(/[_-]/g, ''));

/** The check digit of ISO/IEC 7812-1, annex B. */
function isCardNumber(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const doubled = Number(digit) * (place % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** A request or an answer as undici's channels show it: those of the gateway whole, of the tests' own clients what came back. */
interface Traffic {
  request: { path: string; headers?: readonly string[] | string };
  chunk?: Uint8Array | string;
}

function learnRequest({ request }: Traffic): void {
  const headers = Array.isArray(request.headers) ? request.headers : [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (isSecret(String(headers[at]))) learnCredential(String(headers[at + 1]));
  }
  learnFields(new URL(request.path, 'http://any').searchParams);
}

/** A bearer's token, or the password of a login. */
function learnCredential(header: string): void {
  const [scheme = '', value = ''] = header.split(' ');
  learnSecret(value || scheme);
  if (scheme.toLowerCase() === 'basic') {
    learnSecret(Buffer.from(value, 'base64').toString().split(':').slice(1).join(':'));
  }
}

function learnBody(text: string): void {
  if (/^\s*[[{]/.test(text)) {
    try {
      learnSecrets(JSON.parse(text));
    } catch (error) {
      // garbage, or a part of an answer in several: a secret that is cut in two is learned by nobody
      if (!(error instanceof SyntaxError)) throw error;
    }
  } else learnFields(new URLSearchParams(text));
}

const learnFields = (fields: URLSearchParams): void => learnSecrets(Object.fromEntries(fields));

const learnChunk = (message: unknown): void => {
  const { chunk = '' } = message as Traffic;
  learnBody(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
};

diagnostics.subscribe('undici:request:create', (message) => learnRequest(message as Traffic));
diagnostics.subscribe('undici:request:bodyChunkSent', learnChunk);
diagnostics.subscribe('undici:request:bodyChunkReceived', learnChunk);
