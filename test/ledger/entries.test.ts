import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as entries from '../../src/ledger/entries.ts';
import { transferCompleted } from '../../src/ledger/entries.ts';
import { examples, renderEntry, renderMoney } from '../../src/ledger/render.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('Every function of the catalogue has an example.', () => {
  expect(Object.keys(examples).sort()).toEqual(Object.keys(entries).sort());
});

test('docs/money.md is the catalogue as it is (npx tsx scripts/render-money.ts writes it).', () => {
  expect(read('docs/money.md')).toBe(renderMoney(read('src/ledger/entries.ts')));
});

test('A fee of zero leaves no line.', () => {
  const about = { partnerId: 'p', currency: 'JPY', reference: 'r', occurredAt: new Date(0) };
  const draft = transferCompleted({ ...about, amount: 5n, fee: 0n, fromWalletId: 'A', toWalletId: 'B' });
  expect(draft.postings.map(({ amount }) => amount)).toEqual([5n]);
});

describe('The catalogue, entry by entry', () => {
  test('topUpSettled', () => {
    expect(renderEntry(examples.topUpSettled())).toMatchInlineSnapshot(`
      "TOP_UP_SETTLED
               debit   credit      amount
        post   bank    wallet A   1000.00

        account                  posted   reserved out   reserved in   available
        bank       asset       +1000.00              ·             ·    +1000.00
        wallet A   liability   +1000.00              ·             ·    +1000.00"
    `);
  });

  test('topUpCompleted', () => {
    expect(renderEntry(examples.topUpCompleted())).toMatchInlineSnapshot(`
      "TOP_UP_COMPLETED
               debit              credit              amount
        post   settlement mbank   wallet A           1000.00
        post   fee-expense        settlement mbank     15.00

        account                          posted   reserved out   reserved in   available
        settlement mbank   asset        +985.00              ·             ·     +985.00
        wallet A           liability   +1000.00              ·             ·    +1000.00
        fee-expense        expense       +15.00              ·             ·      +15.00"
    `);
  });

  test('mirrorAdjusted', () => {
    expect(renderEntry(examples.mirrorAdjusted())).toMatchInlineSnapshot(`
      "MIRROR_ADJUSTED
               debit      credit          amount
        post   wallet A   settlement A   1000.00

        account                      posted   reserved out   reserved in   available
        wallet A       liability   -1000.00              ·             ·    -1000.00
        settlement A   asset       -1000.00              ·             ·    -1000.00"
    `);
  });

  test('mirrorAdjusted, the other sign', () => {
    const about = { partnerId: 'partner', currency: 'RUB', reference: 'r', occurredAt: new Date(0) };
    const draft = entries.mirrorAdjusted({ ...about, amount: 1n, walletId: 'A' });
    expect(renderEntry(draft)).toMatchInlineSnapshot(`
      "MIRROR_ADJUSTED
               debit          credit     amount
        post   settlement A   wallet A     0.01

        account                    posted   reserved out   reserved in   available
        settlement A   asset        +0.01              ·             ·       +0.01
        wallet A       liability    +0.01              ·             ·       +0.01"
    `);
  });

  test('transferReceived', () => {
    expect(renderEntry(examples.transferReceived())).toMatchInlineSnapshot(`
      "TRANSFER_RECEIVED
               debit          credit      amount
        post   settlement B   wallet B   1000.00

        account                      posted   reserved out   reserved in   available
        settlement B   asset       +1000.00              ·             ·    +1000.00
        wallet B       liability   +1000.00              ·             ·    +1000.00"
    `);
  });

  test('houseMoved', () => {
    expect(renderEntry(examples.houseMoved())).toMatchInlineSnapshot(`
      "HOUSE_MOVED
               debit             credit      amount
        post   settlement qiwi   suspense   1000.00

        account                         posted   reserved out   reserved in   available
        settlement qiwi   asset       +1000.00              ·             ·    +1000.00
        suspense          liability   +1000.00              ·             ·    +1000.00"
    `);
  });

  test('transferCompleted', () => {
    expect(renderEntry(examples.transferCompleted())).toMatchInlineSnapshot(`
      "TRANSFER_COMPLETED
               debit      credit        amount
        post   wallet A   wallet B     1000.00
        post   wallet A   fee-income     15.00

        account                    posted   reserved out   reserved in   available
        wallet A     liability   -1015.00              ·             ·    -1015.00
        wallet B     liability   +1000.00              ·             ·    +1000.00
        fee-income   income        +15.00              ·             ·      +15.00"
    `);
  });

  test('payoutHeld', () => {
    expect(renderEntry(examples.payoutHeld())).toMatchInlineSnapshot(`
      "PAYOUT_HELD
               debit      credit              amount
        hold   wallet A   settlement mbank   1000.00
        hold   wallet A   fee-income           15.00

        account                        posted   reserved out   reserved in   available
        wallet A           liability        ·       +1015.00             ·    -1015.00
        settlement mbank   asset            ·       +1000.00             ·    -1000.00
        fee-income         income           ·              ·        +15.00           ·"
    `);
  });

  test('payoutCompleted', () => {
    expect(renderEntry(examples.payoutCompleted())).toMatchInlineSnapshot(`
      "PAYOUT_COMPLETED
                  debit      credit              amount
        capture   wallet A   settlement mbank   1000.00
        capture   wallet A   fee-income           15.00

        account                          posted   reserved out   reserved in   available
        wallet A           liability   -1015.00       -1015.00             ·           ·
        settlement mbank   asset       -1000.00       -1000.00             ·           ·
        fee-income         income        +15.00              ·        -15.00      +15.00"
    `);
  });

  test('payoutProven', () => {
    expect(renderEntry(examples.payoutProven())).toMatchInlineSnapshot(`
      "PAYOUT_PROVEN
               debit      credit              amount
        post   wallet A   settlement mbank   1015.00

        account                          posted   reserved out   reserved in   available
        wallet A           liability   -1015.00              ·             ·    -1015.00
        settlement mbank   asset       -1015.00              ·             ·    -1015.00"
    `);
  });

  test('payoutVoided', () => {
    expect(renderEntry(examples.payoutVoided())).toMatchInlineSnapshot(`
      "PAYOUT_VOIDED
                  debit      credit              amount
        release   wallet A   settlement mbank   1000.00
        release   wallet A   fee-income           15.00

        account                        posted   reserved out   reserved in   available
        wallet A           liability        ·       -1015.00             ·    +1015.00
        settlement mbank   asset            ·       -1000.00             ·    +1000.00
        fee-income         income           ·              ·        -15.00           ·"
    `);
  });

  test('holdExpired', () => {
    expect(renderEntry(examples.holdExpired())).toMatchInlineSnapshot(`
      "HOLD_EXPIRED
                  debit      credit              amount
        release   wallet A   settlement mbank   1000.00

        account                        posted   reserved out   reserved in   available
        wallet A           liability        ·       -1000.00             ·    +1000.00
        settlement mbank   asset            ·       -1000.00             ·    +1000.00"
    `);
  });

  test('transitReceived', () => {
    expect(renderEntry(examples.transitReceived())).toMatchInlineSnapshot(`
      "TRANSIT_RECEIVED
               debit              credit      amount
        post   settlement mbank   clearing   1015.00

        account                          posted   reserved out   reserved in   available
        settlement mbank   asset       +1015.00              ·             ·    +1015.00
        clearing           liability   +1015.00              ·             ·    +1015.00"
    `);
  });

  test('transitDelivered', () => {
    expect(renderEntry(examples.transitDelivered())).toMatchInlineSnapshot(`
      "TRANSIT_DELIVERED
               debit      credit             amount
        post   clearing   settlement qiwi   1000.00
        post   clearing   fee-income          15.00

        account                         posted   reserved out   reserved in   available
        clearing          liability   -1015.00              ·             ·    -1015.00
        settlement qiwi   asset       -1000.00              ·             ·    -1000.00
        fee-income        income        +15.00              ·             ·      +15.00"
    `);
  });

  test('transitLanded', () => {
    expect(renderEntry(examples.transitLanded())).toMatchInlineSnapshot(`
      "TRANSIT_LANDED
               debit      credit      amount
        post   clearing   wallet A   1015.00

        account                  posted   reserved out   reserved in   available
        clearing   liability   -1015.00              ·             ·    -1015.00
        wallet A   liability   +1015.00              ·             ·    +1015.00"
    `);
  });

  test('transitReturned', () => {
    expect(renderEntry(examples.transitReturned())).toMatchInlineSnapshot(`
      "TRANSIT_RETURNED
               debit      credit              amount
        post   clearing   settlement mbank   1015.00

        account                          posted   reserved out   reserved in   available
        clearing           liability   -1015.00              ·             ·    -1015.00
        settlement mbank   asset       -1015.00              ·             ·    -1015.00"
    `);
  });

  test('transferRefunded', () => {
    expect(renderEntry(examples.transferRefunded())).toMatchInlineSnapshot(`
      "TRANSFER_REFUNDED
               debit      credit      amount
        post   wallet B   wallet A   1000.00

        account                  posted   reserved out   reserved in   available
        wallet B   liability   -1000.00              ·             ·    -1000.00
        wallet A   liability   +1000.00              ·             ·    +1000.00"
    `);
  });

  test('reversed', () => {
    expect(renderEntry(examples.reversed())).toMatchInlineSnapshot(`
      "REVERSED
               debit        credit      amount
        post   fee-income   wallet A     15.00
        post   wallet B     wallet A   1000.00

        account                    posted   reserved out   reserved in   available
        fee-income   income        -15.00              ·             ·      -15.00
        wallet A     liability   +1015.00              ·             ·    +1015.00
        wallet B     liability   -1000.00              ·             ·    -1000.00"
    `);
  });
});
