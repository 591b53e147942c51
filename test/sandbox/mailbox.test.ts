import { afterAll, describe, expect, test } from 'vitest';
import { createMailer } from '../../src/connectors/mail.ts';
import { startSandbox } from '../../src/sandbox/server.ts';

/** The sandbox's mailbox, over SMTP and HTTP. */

const sandbox = await startSandbox({ port: 0 });
const mailer = createMailer(sandbox.mailbox.smtpUrl, 'Магазин <no-reply@shop.example>');
afterAll(async () => {
  await mailer.close();
  await sandbox.close();
});
const sentAt = new Date('2026-11-22T10:00:00Z');
const send = (id: string, over: object = {}) =>
  mailer.send({ id, to: 'reader@example.com', subject: `Тема ${id}`, text: `Привет, ${id}\n`, sentAt, ...over });
const postSms = (body: unknown) =>
  fetch(sandbox.mailbox.smsUrl, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('The mailbox', () => {
  test('shows what was mailed, newest first, and what came twice twice.', async () => {
    for (const id of ['one', 'two', 'two']) expect(await send(id)).toBe('ACCEPTED');
    await send('three', { to: 'other@example.com' });
    const response = await fetch(`${sandbox.mailbox.url}/messages?to=reader@example.com`);
    expect(await response.json()).toMatchObject(
      ['two', 'two', 'one'].map((id) => ({
        medium: 'EMAIL',
        id: `${id}@shop.example`,
        from: 'no-reply@shop.example',
        to: 'reader@example.com',
        subject: `Тема ${id}`,
        text: `Привет, ${id}\n`,
      })),
    );
  });

  test('is a page that a person can read and that runs nothing of what was sent.', async () => {
    await send('nasty', { subject: '<script>alert(1)</script>', text: '<img src=x onerror=alert(1)> & "more"' });
    const response = await fetch(sandbox.mailbox.url);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const page = await response.text();
    expect(page).toContain('&#60;script&#62;alert(1)');
    expect(page).toContain('&#60;img src=x onerror=alert(1)&#62; &#38; &#34;more&#34;');
    expect(page).not.toMatch(/<script|<img/);
    expect(page.indexOf('nasty')).toBe(-1);
    expect(page.indexOf('Тема two')).toBeLessThan(page.indexOf('Тема one'));
  });

  test('takes text messages, and says what is wrong with one that is none.', async () => {
    expect((await postSms({ id: 'msg_1', to: '+79261234567', text: 'hello' })).status).toBe(202);
    expect(sandbox.mailbox.messages('+79261234567')).toMatchObject([{ medium: 'SMS', id: 'msg_1', text: 'hello' }]);
    const refused = await postSms({ id: 'msg_2', to: '8926', text: 'hello' });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: expect.stringContaining('to') });
  });

  test('keeps the newest five hundred.', async () => {
    for (let index = 0; index < 510; index += 1) {
      expect((await postSms({ id: `msg_${index}`, to: '+79260000000', text: String(index) })).status).toBe(202);
    }
    const all = sandbox.mailbox.messages();
    expect(all).toHaveLength(500);
    expect(all[0]?.text).toBe('509');
  });

  test('is emptied on request.', async () => {
    await fetch(`${sandbox.mailbox.url}/messages`, { method: 'DELETE' });
    expect(sandbox.mailbox.messages()).toEqual([]);
    expect(await (await fetch(sandbox.mailbox.url)).text()).toContain('Nothing has come yet.');
  });
});

test('A mail server whose port is taken uses another; each has its own mailbox.', async () => {
  const taken = Number.parseInt(new URL(sandbox.mailbox.smtpUrl).port, 10);
  const second = await startSandbox({ port: 0, smtpPort: taken });
  expect(second.mailbox.smtpUrl).not.toBe(sandbox.mailbox.smtpUrl);
  const other = createMailer(second.mailbox.smtpUrl, 'no-reply@shop.example');
  await other.send({ id: 'x', to: 'a@example.com', subject: 's', text: 't', sentAt });
  expect(second.mailbox.messages()).toHaveLength(1);
  expect(sandbox.mailbox.messages('a@example.com')).toEqual([]);
  await other.close();
  await second.close();
});
