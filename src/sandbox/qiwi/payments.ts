import { isLosslessNumber } from 'lossless-json';
import { pay } from './engine.ts';
import { malformed } from './errors.ts';
import { type Answer, type Call, type Operation, object, optionalText, text } from './http.ts';
import type { Currency, Money, Service, Transaction } from './model.ts';
import { moneyText, toMinor } from './money.ts';
import { checkFields, isToAccount } from './payment-fields.ts';
import { ids } from './seed-services.ts';
import type { World } from './world.ts';

const scopes = ['payments'] as const;

/** The service of a path. @throws Refusal 400: no status is documented for an unknown one */
export function serviceOf(world: World, id: string | undefined): Service {
  const service = /^\d{1,9}$/.test(id ?? '') ? world.services.get(Number.parseInt(id ?? '', 10)) : undefined;
  return service ?? malformed(`There is no provider ${id}`);
}

/** The contract's id of a payment, by the service and, at banks, by its fields. */
function operationId(world: World, id: string | undefined, body: Call['body']): string {
  const { kind } = world.services.get(Number.parseInt(id ?? '', 10)) ?? {};
  const fields = body['fields'] as Record<string, string> | undefined;
  const named = {
    wallet: 'PAY-4',
    conversion: 'PAY-5',
    mobile: 'PAY-7',
    card: 'PAY-10',
    foreignCard: 'PAY-11',
    kazakhCard: 'PAY-13',
    bank: isToAccount(fields ?? {}) ? 'PAY-15' : 'PAY-14',
    requisites: 'PAY-17',
    masterPackage: 'MST-1',
    masterCard: 'MST-4',
    provider: 'PAY-16',
    merchant: 'PAY-16',
    source: 'PAY-16',
  } as const;
  return named[kind ?? 'provider'];
}

/** Currencies that a service is paid in (trap T26): all but these are roubles from the rouble account. */
function currenciesOf({ kind }: Service): { sum: readonly Currency[]; funding: Currency } {
  if (kind === 'conversion') return { sum: [398, 840, 978], funding: 643 };
  if (kind === 'kazakhCard') return { sum: [398], funding: 398 };
  return { sum: [643], funding: 643 };
}

function sumOf(body: Call['body'], allowed: readonly Currency[]): Money {
  const sum = object(body, 'sum');
  const code = text(sum, 'currency');
  const currency = allowed.find((known) => String(known) === code);
  if (currency === undefined) return malformed(`sum.currency must be one of ${allowed.join(', ')}`);
  return { amount: toMinor(sum['amount']) ?? malformed('sum.amount must be a positive number'), currency };
}

/** `paymentMethod`: constants (section 2.6). @throws Refusal 400 */
export function checkMethod(body: Call['body'], funding: Currency): void {
  const method = object(body, 'paymentMethod');
  if (method['type'] !== 'Account') malformed('paymentMethod.type must be Account');
  if (method['accountId'] !== String(funding)) malformed(`paymentMethod.accountId must be ${funding}`);
}

function fieldsOf(body: Call['body']): Record<string, string> {
  const fields = Object.entries(object(body, 'fields'));
  return Object.fromEntries(
    fields.map(([name, value]) => {
      const known = typeof value === 'string' ? value : malformed(`fields.${name} must be a string`);
      return [name, known];
    }),
  );
}

/** Digits, at most 20; a number is refused, as the documents say string (trap T16). */
function clientIdOf(body: Call['body']): string {
  if (isLosslessNumber(body['id'])) malformed('id must be a string');
  const id = text(body, 'id');
  return /^\d{1,20}$/.test(id) ? id : malformed('id must be 1 to 20 digits');
}

/** `4256********1231`: first four, eight asterisks, last four. */
export const masked = (card: string): string => `${card.slice(0, 4)}********${card.slice(-4)}`;

/** Fields with card numbers masked, as answers and the history show them. */
export function maskedFields({ kind }: Service, fields: Record<string, string>): Record<string, string> {
  const { account = '', cardNumber = '' } = fields;
  if (kind === 'kazakhCard') return { ...fields, cardNumber: masked(cardNumber) };
  const toCard = kind === 'card' || kind === 'foreignCard' || (kind === 'bank' && !isToAccount(fields));
  return toCard ? { ...fields, account: masked(account) } : fields;
}

interface Echo {
  id: string;
  service: Service;
  fields: Record<string, string>;
  sum: Money;
  funding: Currency;
  comment: string | undefined;
}

/** PaymentInfo (section 2.6): always an echo of the request (trap T52). */
function paymentInfo({ id, service, fields, sum, funding, comment }: Echo, transaction: Transaction) {
  return {
    id,
    terms: String(service.id),
    fields: maskedFields(service, fields),
    sum: moneyText(sum.amount, sum.currency),
    source: `account_${funding}`,
    ...(comment === undefined ? {} : { comment }),
    transaction: { id: String(transaction.id), state: { code: 'Accepted' } },
  };
}

function order(world: World, service: Service, { body, caller: { wallet } }: Call): Answer {
  const id = clientIdOf(body);
  const currencies = currenciesOf(service);
  const sum = sumOf(body, currencies.sum);
  const { funding } = currencies;
  checkMethod(body, funding);
  const fields = fieldsOf(body);
  const comment = optionalText(body, 'comment');
  checkFields(service, fields);
  const shown = maskedFields(service, fields);
  const transaction = pay(world, {
    wallet,
    service,
    sum,
    funding,
    clientId: id,
    account: shown['account'] ?? '',
    // T66: a comment reaches the recipient of a transfer and of a conversion only.
    comment: service.kind === 'wallet' || service.kind === 'conversion' ? (comment ?? '') : '',
    fields,
  });
  return { json: paymentInfo({ id, service, fields, sum, funding, comment }, transaction) };
}

/** Every `…/terms/{ID}/payments` (sections 2.7 and 2.10). */
export function paymentOperations(world: World): Operation[] {
  const common = { method: 'POST', auth: 'token', scopes, body: true } as const;
  return [
    {
      ...common,
      id: ({ params, body }) => operationId(world, params['id'], body),
      path: '/sinap/api/v2/terms/:id/payments',
      handle(call) {
        const service = serviceOf(world, call.params['id']);
        if (service.kind === 'kazakhCard') malformed('This provider is paid at /sinap/api/terms/27292/payments');
        return order(world, service, call);
      },
    },
    {
      ...common,
      id: 'PAY-13',
      path: `/sinap/api/terms/${ids.kazakhCard}/payments`,
      accept: 'application/vnd.qiwi.v2+json',
      handle: (call) => order(world, world.service(ids.kazakhCard), call),
    },
  ];
}
