import { expect, test } from 'vitest';
import { eventKeys, readerKey } from '../../src/events/filter.ts';
import { paymentEvent } from './support.ts';

test('The hub files a reader under the narrowest key that its scope and filter name.', () => {
  const partner = { partnerId: 'par_1', customerId: null };
  const customer = { partnerId: 'par_1', customerId: 'cus_1' };
  expect(readerKey({ partnerId: null, customerId: null }, { types: ['WALLET_OPENED'] })).toBe('everything');
  expect(readerKey(partner, {})).toBe('partner par_1');
  expect(readerKey(partner, { customerId: 'cus_2' })).toBe('customer cus_2');
  expect(readerKey(customer, {})).toBe('customer cus_1');
  expect(readerKey(customer, { walletId: 'wal_1' })).toBe('wallet wal_1');
  expect(readerKey(customer, { walletId: 'wal_1', paymentId: 'pay_1' })).toBe('payment pay_1');
});

test('An event touches each key once.', () => {
  const event = {
    ...paymentEvent('pay_1', 1, { audience: ['cus_1', 'cus_2', 'cus_1'], walletIds: ['wal_1', 'wal_1'] }),
    id: 'evt_1',
    position: 1n,
    recordedAt: new Date(),
  };
  expect([...eventKeys(event)].sort()).toEqual(
    ['everything', 'partner par_1', 'payment pay_1', 'wallet wal_1', 'customer cus_1', 'customer cus_2'].sort(),
  );
  expect(eventKeys({ ...event, paymentId: null }).has('payment null')).toBe(false);
});
