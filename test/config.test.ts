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
])('%j is refused in one line that names the variable.', (env, line) => {
  expect(() => load(env)).toThrow(line);
});
