import { expect, test } from 'vitest';
import { createSignedLinks } from '../../src/lib/signed-link.ts';

const secret = 'a secret of at least thirty-two characters';
const links = createSignedLinks(secret, 'files');
const now = new Date('2026-01-02T03:04:05Z');
const later = new Date(now.getTime() + 60_000);

test('a link says what was claimed until it expires, to the second', () => {
  const token = links.sign('чек 42', later);
  expect(token).toMatch(/^[\w.-]+$/);
  expect(links.open(token, now)).toEqual({ claim: 'чек 42' });
  expect(links.open(token, new Date(later.getTime() - 1))).toEqual({ claim: 'чек 42' });
  expect(links.open(token, later)).toBe('EXPIRED');
});

test('nothing of a link can be changed, and no other secret or purpose signs it', () => {
  const token = links.sign('payment 1', later);
  const [claim = '', expiry = '', mac = ''] = token.split('.');
  const forged = [
    `${Buffer.from('payment 2').toString('base64url')}.${expiry}.${mac}`,
    `${claim}.${Number(expiry) + 3600}.${mac}`,
    `${claim}.${expiry}.${Buffer.alloc(32).toString('base64url')}`,
    `${claim}.${expiry}.`,
    `${claim}.${expiry}`,
    `${token}x`,
    '',
    createSignedLinks(`${secret}!`, 'files').sign('payment 1', later),
    createSignedLinks(secret, 'another purpose').sign('payment 1', later),
  ];
  for (const attempt of forged) expect(links.open(attempt, now)).toBe('FORGED');
});

test('a changed link that has expired is forged, not expired: it tells nothing', () => {
  const [claim, , mac] = links.sign('payment 1', later).split('.');
  expect(links.open(`${claim}.1.${mac}`, now)).toBe('FORGED');
});
