import { describe, expect, test } from 'vitest';
import { examples, renderEntry } from '../../src/ledger/render.ts';

describe('The catalogue, entry by entry: credit', () => {
  test('creditAuthorized', () => {
    expect(renderEntry(examples.creditAuthorized())).toMatchInlineSnapshot(`
      "CREDIT_AUTHORIZED
               debit                    credit             amount
        post   lender-receivable diwa   partner-payable   1000.00

        account                                posted   reserved out   reserved in   available
        lender-receivable diwa   asset       +1000.00              ·             ·    +1000.00
        partner-payable          liability   +1000.00              ·             ·    +1000.00"
    `);
  });

  test('creditGivenBack', () => {
    expect(renderEntry(examples.creditGivenBack())).toMatchInlineSnapshot(`
      "CREDIT_GIVEN_BACK
               debit             credit                    amount
        post   partner-payable   lender-receivable diwa   1000.00

        account                                posted   reserved out   reserved in   available
        partner-payable          liability   -1000.00              ·             ·    -1000.00
        lender-receivable diwa   asset       -1000.00              ·             ·    -1000.00"
    `);
  });

  test('creditCharged', () => {
    expect(renderEntry(examples.creditCharged())).toMatchInlineSnapshot(`
      "CREDIT_CHARGED
               debit             credit                    amount
        post   settlement diwa   lender-receivable diwa   1000.00

        account                            posted   reserved out   reserved in   available
        settlement diwa          asset   +1000.00              ·             ·    +1000.00
        lender-receivable diwa   asset   -1000.00              ·             ·    -1000.00"
    `);
  });

  test('creditRepaid', () => {
    expect(renderEntry(examples.creditRepaid())).toMatchInlineSnapshot(`
      "CREDIT_REPAID
               debit             credit             amount
        post   partner-payable   settlement diwa   1000.00

        account                         posted   reserved out   reserved in   available
        partner-payable   liability   -1000.00              ·             ·    -1000.00
        settlement diwa   asset       -1000.00              ·             ·    -1000.00"
    `);
  });
});
