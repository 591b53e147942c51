import type { PaymentOrder } from './model.ts';
import type { World } from './world.ts';

/** Refusals that the values of the fields bring, as codes of section 4.2. */

/** PAY-7: ten digits, else 303. */
export const mobileCheck = (_world: World, { fields }: PaymentOrder): number | undefined =>
  /^\d{10}$/.test(fields['account'] ?? '') ? undefined : 303;

const CARD = /^[\d*X]{13,19}$/;

/** Cards: digits, or the masks of the examples (trap T75), else 522. */
export const cardCheck = (_world: World, { fields }: PaymentOrder): number | undefined =>
  CARD.test(fields['cardNumber'] ?? fields['account'] ?? '') ? undefined : 522;

/** PAY-13: the values that PAY-12 gave for this card, else 522. */
export const kazakhCardCheck = (world: World, { fields }: PaymentOrder): number | undefined =>
  world.preparedCards.get(fields['ev_account1'] ?? '') === fields['cardNumber'] ? undefined : 522;

/** PAY-14: `exp_date` is MMYY, else 547; a past one is 548. */
export function expiryCheck(world: World, { fields }: PaymentOrder): number | undefined {
  const { exp_date: text } = fields;
  if (text === undefined) return undefined;
  const [, month, year] = /^(0[1-9]|1[0-2])(\d\d)$/.exec(text) ?? [];
  if (month === undefined || year === undefined) return 547;
  const end = Date.UTC(2000 + Number.parseInt(year, 10), Number.parseInt(month, 10), 1);
  return world.settings.cardExpiry && end <= world.clock.now().getTime() ? 548 : undefined;
}
