import { expect, test } from 'vitest';
import { fileLink } from '../../src/domain/file/file-link.ts';
import { startTestApp } from '../support/app.ts';

let time = new Date('2026-03-04T05:06:07Z');
const gateway = await startTestApp({ clock: { now: () => time } });
const { partnerId } = await gateway.partner();

/** A link to a receipt of a payment that does not exist. */
function linkPath(): string {
  const paymentId = 'pay_01h2xcejqtf2nbrexx3vqjhp41';
  const { url, expiresAt } = fileLink(gateway.deps, {
    kind: 'RECEIPT',
    partnerId,
    paymentId,
    side: 'MAKER',
    format: 'PDF',
  });
  expect(expiresAt).toEqual(new Date(time.getTime() + 600_000));
  return new URL(url).pathname;
}

async function answer(path: string, init?: RequestInit) {
  const response = await gateway.fetch(path, init);
  expect(response.headers.get('Cache-Control')).toBe('private, no-store');
  expect(response.headers.get('Referrer-Policy')).toBe('no-referrer');
  return { status: response.status, text: await response.text() };
}

test('a link that was not made here, and one whose file does not exist, are the same 404', async () => {
  const path = linkPath();
  const forged = await answer(`${path.slice(0, -3)}abc`);
  expect(forged).toEqual({ status: 404, text: 'Not found.\n' });
  expect(await answer(path)).toEqual(forged);
  for (const other of ['/files/', '/files/a.1.b', '/files/metrics']) expect(await answer(other)).toEqual(forged);
});

test('an expired link is gone', async () => {
  const path = linkPath();
  time = new Date(time.getTime() + 600_000);
  const { status, text } = await answer(path);
  expect(status).toBe(410);
  expect(text).not.toContain('pay_');
});

test('a file is only read', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'HEAD'])
    expect((await answer(linkPath(), { method })).status).toBe(405);
});

test('no log line has a link in it', async () => {
  const token = linkPath().slice('/files/'.length);
  await answer(`/files/${token}`);
  expect(gateway.logged.join('')).not.toContain(token);
});
