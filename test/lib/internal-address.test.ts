import { expect, test } from 'vitest';
import { isInternalAddress } from '../../src/lib/internal-address.ts';

test.each([
  'http://127.0.0.1:4010/mbank/v1',
  'http://localhost/x',
  'https://10.1.2.3/',
  'https://192.168.0.1/',
  'https://172.20.0.1/',
  'https://169.254.169.254/latest',
  'http://[::1]/',
  'http://[fe80::1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://2130706433/',
  'http://db.internal/',
])('%s leads into our own network.', (url) => {
  expect(isInternalAddress(url)).toBe(true);
});

test.each(['https://api.wallet.best/v1', 'https://8.8.8.8/', 'https://172.32.0.1/', 'http://[2001:db8::1]/'])(
  '%s leads outside.',
  (url) => {
    expect(isInternalAddress(url)).toBe(false);
  },
);
