import { expect, test } from 'vitest';
import { redactText } from '../../src/lib/redact.ts';

test.each([
  ['an API key', 'key ksh_AbCdEfGhIjKlMnOp-_9 used', 'key ksh_AbCd… used'],
  ['the administrator’s key', 'kadm_0123456789abcdef', 'kadm_…'],
  ['a session token', 'token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl here', 'token [token] here'],
  ['a bearer header', 'Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [redacted]'],
  ['a basic header', 'authorization: basic dXNlcjpwYXNz', 'authorization: basic [redacted]'],
  ['a database password', 'postgres://koshel:s3cret@db:5432/x', 'postgres://koshel:…@db:5432/x'],
  ['a card number', 'card 4111111111111111.', 'card 411111…1111.'],
  ['a phone', 'call +79261234567 now', 'call +… now'],
])('%s is cut out of a text.', (_what, text, cut) => {
  expect(redactText(text)).toBe(cut);
  expect(redactText(redactText(text))).toBe(redactText(text));
});

test.each([
  'pay_01h2xcejqtf2nbrexx3vqjhp41',
  '1237.50 RUB',
  '2026-11-22T10:00:00.000Z',
  '{"status":"COMPLETED","version":3}',
  'postgres://localhost/x',
])('"%s" is left as it is.', (text) => expect(redactText(text)).toBe(text));
