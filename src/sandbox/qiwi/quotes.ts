import { randomBytes } from 'node:crypto';
import { LosslessNumber } from 'lossless-json';
import { commissionOf } from './engine.ts';
import { malformed } from './errors.ts';
import { type Answer, type Call, type Operation, object, text } from './http.ts';
import { moneyText, toMinor } from './money.ts';
import { checkMethod, masked, serviceOf } from './payments.ts';
import type { World } from './world.ts';

const REFS = '/sinap/api/refs';
const VENDOR = 'application/vnd.qiwi.v1+json';
const scopes = ['payments'] as const;

/** PAY-1: what a payment of an amount would cost; the recipient gets the amount itself (trap T27). */
function quote(world: World, { params, body }: Call): Answer {
  const service = serviceOf(world, params['id']);
  if (service.kind === 'source' || service.kind === 'merchant')
    malformed(`Payments to ${service.id} are not made here`);
  text(body, 'account');
  checkMethod(body, 643);
  const total = object(object(body, 'purchaseTotals'), 'total');
  if (total['currency'] !== '643') malformed('purchaseTotals.total.currency must be 643');
  const amount = toMinor(total['amount']) ?? malformed('purchaseTotals.total.amount must be a positive number');
  const fee = commissionOf({ service, fields: {} }, amount);
  return {
    json: {
      providerId: service.id,
      withdrawSum: moneyText(amount + fee, 643),
      enrollmentSum: moneyText(amount, 643),
      qwCommission: moneyText(fee, 643),
      fundingSourceCommission: moneyText(0n, 643),
      withdrawToEnrollmentRate: 1,
    },
  };
}

const CARD_GROUPS = /^[\dX*]{4}(?: [\dX*]{4}){2,3}(?: [\dX*]{1,4})?$/;
const byFirstDigit: Record<string, string> = { '4': '1963', '5': '21013', '2': '31652' };
const element = (name: string, value: string) => ({ type: 'field', name, value });

/** PAY-9: the provider for a card, written in groups of four (trap T25). */
function cardProvider({ body }: Call): Answer {
  const account = text(body, 'account');
  if (!CARD_GROUPS.test(account)) malformed('account must be a card number in groups of four digits');
  return { json: { elements: [element('termsId', byFirstDigit[account.charAt(0)] ?? '36390')] } };
}

/** PAY-12: values that PAY-13 has to repeat for the same card. */
function prepare(world: World, { body }: Call): Answer {
  const card = text(body, 'cardNumber');
  if (!/^[\dX*]{13,19}$/.test(card)) malformed('cardNumber must be a card number without spaces');
  for (const [name, value] of [
    ['transferSum', '100'],
    ['version', '2'],
    ['src', 'sinap'],
  ] as const)
    if (body[name] !== value) malformed(`${name} must be ${value}`);
  const reference = randomBytes(96).toString('base64url');
  world.preparedCards.set(reference, card);
  return { json: { elements: [element('account', masked(card)), element('ev_account1', reference)] } };
}

/** PAY-1, PAY-6, PAY-9, PAY-12: what is asked before a payment (section 2.7). */
export function quoteOperations(world: World): Operation[] {
  const post = { method: 'POST', auth: 'token', scopes, body: true } as const;
  return [
    { ...post, id: 'PAY-1', path: '/sinap/providers/:id/onlineCommission', handle: (call) => quote(world, call) },
    {
      id: 'PAY-6',
      method: 'GET',
      path: '/sinap/crossRates',
      auth: 'token',
      scopes,
      handle: () => ({
        json: { result: world.rates.map((pair) => ({ set: 'General', ...pair, rate: new LosslessNumber(pair.rate) })) },
      }),
    },
    {
      ...post,
      id: 'PAY-9',
      path: `${REFS}/bd6fb248-2bdf-49ed-bcb2-9b0a789cfde8/containers`,
      accept: VENDOR,
      handle: cardProvider,
    },
    {
      ...post,
      id: 'PAY-12',
      path: `${REFS}/a42ebc79-0584-4271-b8a0-15cb4ea8b340/containers`,
      accept: VENDOR,
      handle: (call) => prepare(world, call),
    },
  ];
}
