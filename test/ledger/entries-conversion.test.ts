import { expect, test } from 'vitest';
import { examples, renderEntry } from '../../src/ledger/render.ts';

test('currencyBought', () => {
  expect(renderEntry(examples.currencyBought())).toMatchInlineSnapshot(`
    "CURRENCY_BOUGHT
             debit          credit      amount
      post   settlement A   wallet A   1000.00

      account                      posted   reserved out   reserved in   available
      settlement A   asset       +1000.00              ·             ·    +1000.00
      wallet A       liability   +1000.00              ·             ·    +1000.00"
  `);
});
