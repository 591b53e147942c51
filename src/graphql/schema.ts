import { builder } from './builder.ts';
import './scalars.ts';
import './partner.ts';
import './customer.ts';
import './identify.ts';
import './wallet.ts';
import './wallet-mutations.ts';
import './wallet-provider.ts';
import './profile.ts';
import './contact.ts';
import './payment.ts';
import './payment-mutations.ts';
import './payment-creation.ts';
import './payout.ts';
import './card.ts';
import './provider-details.ts';
import './provider-account.ts';
import './service.ts';
import './service-queries.ts';
import './place.ts';
import './location.ts';
import './event.ts';
import './subscription.ts';
import './ledger.ts';
import './node.ts';
import { guardTexts } from './texts.ts';

/** The whole schema. The files above declare it; this one only loads them. */
export const schema = guardTexts(builder.toSchema({ sortSchema: true }));
