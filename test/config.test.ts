import { expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';

const secrets = {
  ADMIN_KEY: 'a'.repeat(32),
  TOKEN_SECRET: 't'.repeat(32),
  ENCRYPTION_KEY: 'e0'.repeat(32),
  NODE_ENV: 'production',
};
const load = (env: Record<string, string>) => loadConfig({ ...secrets, ...env });

test('A gateway is alone unless it is told how many share the database.', () => {
  expect(load({}).gateways).toBe(1);
  expect(load({ GATEWAYS: '3' }).gateways).toBe(3);
  expect(() => load({ GATEWAYS: '0' })).toThrow('GATEWAYS');
});

test('Without a word about messages there is no mail server, no gateway, and events are kept ninety days.', () => {
  expect(load({})).toMatchObject({ smtpUrl: null, smsUrl: null, eventRetentionDays: 90 });
});

test('Production answers no question about its schema and believes no proxy, unless it is told to.', () => {
  const rateLimits = { key: 6_000, customer: 600, address: 600 };
  expect(load({})).toMatchObject({ introspection: false, trustedProxies: 0, rateLimits });
  const told = load({ INTROSPECTION: 'on', TRUSTED_PROXIES: '2', RATE_LIMIT: '100', RATE_LIMIT_ADDRESS: '5' });
  expect(told).toMatchObject({
    introspection: true,
    trustedProxies: 2,
    rateLimits: { key: 100, customer: 600, address: 5 },
  });
});

test('What is given is taken.', () => {
  const env = {
    SMTP_URL: 'smtps://user:secret@mail.example:465',
    MAIL_FROM: 'Shop <no-reply@shop.example>',
    SMS_URL: 'https://sms.example/send',
    EVENT_RETENTION_DAYS: '7',
  };
  expect(load(env)).toMatchObject({
    smtpUrl: env.SMTP_URL,
    mailFrom: env.MAIL_FROM,
    smsUrl: env.SMS_URL,
    eventRetentionDays: 7,
  });
});

test.each([
  [{ SMTP_URL: 'smtp://mail.example' }, 'MAIL_FROM: is required beside SMTP_URL'],
  [{ SMTP_URL: 'mail.example' }, 'SMTP_URL: must be a smtp:// or smtps:// URL'],
  [{ MAIL_FROM: 'Shop' }, 'MAIL_FROM: must be an address such as "Shop <no-reply@shop.example>"'],
  [{ MAIL_FROM: 'Shop\r\nBcc: all@example.com <a@b.c>' }, 'MAIL_FROM: must be an address'],
  [{ SMS_URL: 'ftp://sms.example' }, 'SMS_URL: must be an http:// or https:// URL'],
  [{ EVENT_RETENTION_DAYS: '0' }, 'EVENT_RETENTION_DAYS'],
  [{ EXCHANGE_RETENTION_DAYS: '30' }, 'EXCHANGE_RETENTION_DAYS'],
  [{ INTROSPECTION: 'yes' }, 'INTROSPECTION: must be "on" or "off"'],
  [{ RATE_LIMIT: '0' }, 'RATE_LIMIT'],
  [{ RATE_LIMIT_CUSTOMER: 'many' }, 'RATE_LIMIT_CUSTOMER'],
  [{ TRUSTED_PROXIES: '-1' }, 'TRUSTED_PROXIES'],
])('%j is refused in one line that names the variable.', (env, line) => {
  expect(() => load(env)).toThrow(line);
});

test('A key without an id is key 1, and further keys open only.', () => {
  const [one, two] = ['0a'.repeat(32), '0b'.repeat(32)].map((hex) => Buffer.from(hex, 'hex'));
  expect(load({ ENCRYPTION_KEY: '0a'.repeat(32) }).masterKeys).toEqual({ current: { id: 1, bytes: one }, others: [] });
  const rotating = { ENCRYPTION_KEY: `2:${two?.toString('base64')}`, DECRYPTION_KEYS: `1:${'0a'.repeat(32)}` };
  expect(load(rotating).masterKeys).toEqual({ current: { id: 2, bytes: two }, others: [{ id: 1, bytes: one }] });
  const three = load({ DECRYPTION_KEYS: `7:${'0a'.repeat(32)}, 255:${'0b'.repeat(32)}` }).masterKeys.others;
  expect(three.map(({ id }) => id)).toEqual([7, 255]);
});

test.each([
  [{ ENCRYPTION_KEY: '2:abc' }, 'ENCRYPTION_KEY: must be 32 bytes'],
  [{ ENCRYPTION_KEY: `256:${'0b'.repeat(32)}` }, 'ENCRYPTION_KEY: must be 32 bytes'],
  [{ DECRYPTION_KEYS: `2:${'0b'.repeat(32)},x` }, 'DECRYPTION_KEYS.1: must be 32 bytes'],
  [{ DECRYPTION_KEYS: `1:${'0b'.repeat(32)}` }, 'DECRYPTION_KEYS: names key 1 a second time'],
  [{ DECRYPTION_KEYS: `2:${'e0'.repeat(32)}` }, 'DECRYPTION_KEYS: key 2 is the same as key 1'],
])('%j is refused in one line that names the variable.', (env, line) => {
  expect(() => load(env)).toThrow(line);
});
