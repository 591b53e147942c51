import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { SetupError } from './errors.ts';

const keyIssue =
  'must be 32 bytes, in base64 or hexadecimal, with the id of the key before it when it is not 1: 2:<key>';
/** `id:key` or `key`, which is key 1; 32 bytes in base64 or hexadecimal. */
const masterKey = z.string().transform((text, ctx): ConfiguredKey => {
  const [, id = '1', key = ''] = /^\s*(?:(\d{1,3}):)?\s*(\S*)\s*$/.exec(text) ?? [];
  const bytes = /^[0-9a-f]{64}$/i.test(key) ? Buffer.from(key, 'hex') : Buffer.from(key, 'base64');
  if (bytes.length === 32 && Number(id) <= 255) return { id: Number(id), bytes };
  ctx.addIssue({ code: 'custom', message: keyIssue });
  return z.NEVER;
});
const masterKeys = z.preprocess((text) => (typeof text === 'string' ? text.split(',') : text), z.array(masterKey));
const secret = z.string().min(32, 'must have at least 32 characters');
const port = z.coerce.number().int().min(0).max(65535);
const url = z.url('must be a URL');
const perMinute = z.coerce.number().int().min(1).max(1_000_000_000);

const schema = z.object({
  NODE_ENV: z.string().optional(),
  PORT: port.default(4000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: url.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, message: 'must be a postgres:// URL' }).optional(),
  DATABASE_POOL: z.coerce.number().int().min(1).max(200).default(16),
  GATEWAYS: z.coerce.number().int().min(1).max(1_000).default(1),
  RATE_LIMIT: perMinute.default(6_000),
  RATE_LIMIT_CUSTOMER: perMinute.default(600),
  RATE_LIMIT_ADDRESS: perMinute.default(600),
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  INTROSPECTION: z.enum(['on', 'off'], 'must be "on" or "off"').optional(),
  DATA_DIR: z.string().default('.koshel'),
  SANDBOX: z.enum(['on', 'off'], 'must be "on" or "off"').optional(),
  SANDBOX_PORT: port.default(4010),
  ADMIN_KEY: secret.optional(),
  TOKEN_SECRET: secret.optional(),
  ENCRYPTION_KEY: masterKey.optional(),
  DECRYPTION_KEYS: masterKeys.default([]),
  QIWI_URL: url.optional(),
  MBANK_URL: url.optional(),
  VSEPLATEZHI_URL: url.optional(),
  DIWA_URL: url.optional(),
  MONEYWALL_URL: url.optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/, message: 'must be a smtp:// or smtps:// URL' }).optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^([^<>@\r\n]+ <[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/,
      'must be an address such as "Shop <no-reply@shop.example>"',
    )
    .optional(),
  SMS_URL: z.url({ protocol: /^https?$/, message: 'must be an http:// or https:// URL' }).optional(),
  EVENT_RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).default(90),
  EXCHANGE_RETENTION_DAYS: z.coerce.number().int().min(31).max(36_500).default(400),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'must be a pino level such as "info"')
    .default('info'),
});

const SANDBOX_SENDER = 'Koshel <no-reply@koshel.localhost>';

/** A master key as lib/crypto.ts wants it. */
interface ConfiguredKey {
  id: number;
  bytes: Buffer;
}

/** Everything that the environment decides, read once at start and frozen. */
export interface Config {
  production: boolean;
  port: number;
  host: string;
  /** How browsers and providers reach us; null until the port is known. */
  publicUrl: string | null;
  /** Null: the embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | null;
  databasePool: number;
  /** How many gateways share the database, and with it what providers allow a wallet in a minute. */
  gateways: number;
  /** Requests that a partner's key, one customer, and an address without a good credential may send in a minute. */
  rateLimits: Readonly<Record<'key' | 'customer' | 'address', number>>;
  /** How many proxies stand in front: the caller's address is that many from the end of X-Forwarded-For. */
  trustedProxies: number;
  /** Does the schema answer questions about itself, and is there GraphiQL? */
  introspection: boolean;
  dataDir: string;
  sandbox: boolean;
  sandboxPort: number;
  adminKey: string;
  tokenSecret: string;
  /** What personal data are sealed under, and further keys that only open. */
  masterKeys: { readonly current: ConfiguredKey; readonly others: readonly ConfiguredKey[] };
  providerUrls: Readonly<Record<'QIWI' | 'MBANK' | 'VSEPLATEZHI' | 'DIWA' | 'MONEYWALL', string | null>>;
  /** How mail to customers leaves; null: the sandbox's mailbox, or none. */
  smtpUrl: string | null;
  mailFrom: string;
  /** Where text messages to customers are posted; null: the sandbox's mailbox, or none. */
  smsUrl: string | null;
  /** How long events, and notifications that are done with, are kept. */
  eventRetentionDays: number;
  /** How long the requests to providers, and their answers, are kept; they go in whole months. */
  exchangeRetentionDays: number;
  logLevel: string;
}

/**
 * Reads and checks the environment. The only reader of process.env.
 * @param env usually process.env
 * @returns the frozen configuration; secrets that development leaves out are made once and kept in `DATA_DIR`
 * @throws SetupError with one line for each variable that is missing or malformed
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    throw unusable(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const vars = parsed.data;
  if (vars.SMTP_URL && !vars.MAIL_FROM) throw unusable(['MAIL_FROM: is required beside SMTP_URL']);
  const production = vars.NODE_ENV === 'production';
  if (production) requireInProduction(vars);
  const dataDir = resolve(vars.DATA_DIR);
  const secrets = production ? undefined : developmentSecrets(dataDir);
  return Object.freeze({
    production,
    port: vars.PORT,
    host: vars.HOST,
    publicUrl: vars.PUBLIC_URL ?? null,
    databaseUrl: vars.DATABASE_URL ?? null,
    databasePool: vars.DATABASE_POOL,
    gateways: vars.GATEWAYS,
    rateLimits: Object.freeze({
      key: vars.RATE_LIMIT,
      customer: vars.RATE_LIMIT_CUSTOMER,
      address: vars.RATE_LIMIT_ADDRESS,
    }),
    trustedProxies: vars.TRUSTED_PROXIES,
    introspection: vars.INTROSPECTION ? vars.INTROSPECTION === 'on' : !production,
    dataDir,
    sandbox: vars.SANDBOX ? vars.SANDBOX === 'on' : vars.DATABASE_URL === undefined,
    sandboxPort: vars.SANDBOX_PORT,
    adminKey: vars.ADMIN_KEY ?? secrets?.adminKey ?? '',
    tokenSecret: vars.TOKEN_SECRET ?? secrets?.tokenSecret ?? '',
    masterKeys: distinctKeys(
      vars.ENCRYPTION_KEY ?? { id: 1, bytes: Buffer.from(secrets?.encryptionKey ?? '', 'base64') },
      vars.DECRYPTION_KEYS,
    ),
    providerUrls: Object.freeze({
      QIWI: vars.QIWI_URL ?? null,
      MBANK: vars.MBANK_URL ?? null,
      VSEPLATEZHI: vars.VSEPLATEZHI_URL ?? null,
      DIWA: vars.DIWA_URL ?? null,
      MONEYWALL: vars.MONEYWALL_URL ?? null,
    }),
    smtpUrl: vars.SMTP_URL ?? null,
    mailFrom: vars.MAIL_FROM ?? SANDBOX_SENDER,
    smsUrl: vars.SMS_URL ?? null,
    eventRetentionDays: vars.EVENT_RETENTION_DAYS,
    exchangeRetentionDays: vars.EXCHANGE_RETENTION_DAYS,
    logLevel: vars.LOG_LEVEL,
  });
}

function requireInProduction(vars: z.infer<typeof schema>): void {
  const missing = (['ADMIN_KEY', 'TOKEN_SECRET', 'ENCRYPTION_KEY'] as const).filter((name) => vars[name] === undefined);
  if (missing.length === 0) return;
  throw unusable(missing.map((name) => `${name}: is required when NODE_ENV is "production"`));
}

/** An id says which key opens a value, so no two keys share one; a key under two ids was meant to be another. */
function distinctKeys(current: ConfiguredKey, others: readonly ConfiguredKey[]): Config['masterKeys'] {
  const lines = others.flatMap((key, at) => {
    const before = [current, ...others.slice(0, at)];
    if (before.some(({ id }) => id === key.id))
      return [
        `DECRYPTION_KEYS: names key ${key.id} a second time; put the id of each key before it, also in ENCRYPTION_KEY`,
      ];
    const same = before.find(({ bytes }) => bytes.equals(key.bytes));
    return same ? [`DECRYPTION_KEYS: key ${key.id} is the same as key ${same.id}`] : [];
  });
  if (lines.length > 0) throw unusable(lines);
  return Object.freeze({ current, others: Object.freeze([...others]) });
}

const unusable = (lines: string[]): SetupError =>
  new SetupError(`The environment cannot be used:\n${lines.map((line) => `  ${line}`).join('\n')}`);

const storedSecrets = z.object({ adminKey: z.string(), tokenSecret: z.string(), encryptionKey: z.string() });

/** Secrets for development: made at the first start, readable by the owner only, the same after a restart. */
function developmentSecrets(dataDir: string): z.infer<typeof storedSecrets> {
  const path = join(dataDir, 'secrets.json');
  if (existsSync(path)) {
    const stored = storedSecrets.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (stored.success) return stored.data;
    throw new SetupError(`${path} is damaged. Restore it, or delete DATA_DIR to start afresh (its data are lost).`);
  }
  const made = {
    adminKey: `kadm_${randomBytes(32).toString('base64url')}`,
    tokenSecret: randomBytes(48).toString('base64url'),
    encryptionKey: randomBytes(32).toString('base64'),
  };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`);
  chmodSync(path, 0o600);
  return made;
}
