import { createHash } from 'node:crypto';
import { fromUUIDBytes } from 'typeid-js';
import { expect, test } from 'vitest';
import { mirroredWalletAccount, settlementAccount, walletAccount } from '../../src/ledger/account.ts';
import { newId } from '../../src/lib/ids.ts';

test("An account's id follows from its code alone, for ever: the first half of its SHA-256.", () => {
  const [partnerId, walletId] = [newId('Partner'), newId('Wallet')];
  const accounts = [
    walletAccount(partnerId, walletId, 'RUB'),
    mirroredWalletAccount(partnerId, walletId, 'EUR'),
    settlementAccount(partnerId, walletId, 'RUB'),
  ];
  for (const { id, code } of accounts) {
    expect(id).toBe(fromUUIDBytes('acc', createHash('sha256').update(code).digest().subarray(0, 16)));
  }
  expect(new Set(accounts.map(({ id }) => id)).size).toBe(3);
  const known = walletAccount('par_01h455vb4pex5vsknk084sn02q', 'wal_01h455vb4pex5vsknk084sn02q', 'RUB');
  expect(known).toEqual({
    id: 'acc_57f5c9d3r2ah31ma3brdgjpy0k',
    partnerId: 'par_01h455vb4pex5vsknk084sn02q',
    code: 'wallet:wal_01h455vb4pex5vsknk084sn02q:RUB',
    kind: 'LIABILITY',
    currency: 'RUB',
    walletId: 'wal_01h455vb4pex5vsknk084sn02q',
    overdraft: false,
  });
});
