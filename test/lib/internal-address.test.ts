import { expect, test } from 'vitest';
import { isInternalAddress, isInternalIp, isLoopbackIp } from '../../src/lib/internal-address.ts';

test.each([
  'http://127.0.0.1:4010/mbank/v1',
  'http://localhost/x',
  'http://localhost./x',
  'http://api.localhost/x',
  'https://10.1.2.3/',
  'https://192.168.0.1/',
  'https://172.20.0.1/',
  'https://169.254.169.254/latest',
  'https://100.64.0.1/',
  'https://0.0.0.0/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'http://[::1]/',
  'http://[::]/',
  'http://[fe80::1]/',
  'http://[fd00::1]/',
  'http://[ff02::1]/',
  'http://[::ffff:10.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::10.0.0.1]/',
  'http://[64:ff9b::10.0.0.1]/',
  'http://[2002:a00:1::]/',
  'http://2130706433/',
  'http://0x7f.1/',
  'http://0177.0.0.1/',
  'http://db.internal/',
  'http://printer.local/',
])('%s leads into our own network.', (url) => {
  expect(isInternalAddress(url)).toBe(true);
});

test.each(['https://api.wallet.best/v1', 'https://8.8.8.8/', 'https://172.32.0.1/', 'http://[2001:db8::1]/'])(
  '%s leads outside.',
  (url) => {
    expect(isInternalAddress(url)).toBe(false);
  },
);

test('An address with a zone is judged without it, and only loopback is loopback.', () => {
  expect(isInternalIp('fe80::1%eth0')).toBe(true);
  expect(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].map(isLoopbackIp)).toEqual([true, true, true, true]);
  expect(['10.0.0.1', '::', '::ffff:10.0.0.1', '8.8.8.8'].map(isLoopbackIp)).toEqual([false, false, false, false]);
});
