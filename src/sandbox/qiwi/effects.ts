import { merchantEffect } from './bill-engine.ts';
import { cardOrderCheck, cardOrderEffect, packageCheck, packageEffect } from './card-payments.ts';
import { conversionCheck, conversionEffect } from './conversion.ts';
import { cardCheck, expiryCheck, kazakhCardCheck, mobileCheck } from './field-checks.ts';
import { receive } from './history.ts';
import type { Payment, PaymentOrder, ServiceKind } from './model.ts';
import { recipientCheck, recipientOf } from './recipients.ts';
import type { World } from './world.ts';

/** What a kind of service does beyond taking the money. */
export interface KindRules {
  /** A reason not to execute the order: an `errorCode` of section 4.2. */
  check?: (world: World, order: PaymentOrder) => number | undefined;
  /** The effect on the receiving side; runs once, when the payment succeeds. */
  succeed?: (world: World, payment: Payment) => void;
}

function transferEffect(world: World, { wallet, account, sum, comment, transaction }: Payment): void {
  const recipient = recipientOf(world, account);
  if (recipient === undefined) throw new Error(`no wallet ${account} to receive ${transaction.id}`);
  receive(world, recipient, { sum, account: `+${wallet.personId}`, id: transaction.id, comment });
}

/** By kind of service. Kinds without rules only take the money. */
export const rules: Record<ServiceKind, KindRules> = {
  wallet: { check: recipientCheck, succeed: transferEffect },
  conversion: { check: conversionCheck, succeed: conversionEffect },
  mobile: { check: mobileCheck },
  card: { check: cardCheck },
  foreignCard: { check: cardCheck },
  kazakhCard: { check: kazakhCardCheck },
  bank: { check: expiryCheck },
  requisites: {},
  provider: {},
  masterPackage: { check: packageCheck, succeed: packageEffect },
  masterCard: { check: cardOrderCheck, succeed: cardOrderEffect },
  merchant: { succeed: merchantEffect },
  source: {},
};
