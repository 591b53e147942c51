/** Descriptions of the arguments that every creation of a payment has. */
export const key = 'Your own key for this payment: repeating it answers the same payment and moves nothing again.';
export const maxFeeText =
  'The highest fee that is agreed to, should the price change or the payment have to go through another provider; in the payment’s currency.';
export const confirmText = 'Confirm at once; a refusal then leaves nothing behind.';
