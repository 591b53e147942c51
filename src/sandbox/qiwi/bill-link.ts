import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { answerThroughFaults, type HttpAnswer } from '../faults.ts';
import { document, type Html, html } from '../html.ts';
import { billAmount, checkCustomFields, checkedBillId, checkedComment, createBill, LONGEST_MS } from './bill-create.ts';
import { expireDue } from './bill-engine.ts';
import { webAddress } from './bill-pages.ts';
import { payUrl } from './bills.ts';
import { malformed, Refusal } from './errors.ts';
import type { Bill, KeyPair } from './model.ts';
import { parseStamp, stamp } from './time.ts';
import type { World } from './world.ts';

/** P2P-4: a link that makes a bill and opens its payment page; roubles only. */

type Query = Record<string, string | undefined>;

function keysOf(world: World, publicKey: string | undefined): KeyPair {
  const found = [...world.keys.values()].find((keys) => keys.publicKey === publicKey);
  return found ?? malformed('publicKey is not known');
}

/** `lifetime` in Moscow time, `YYYY-MM-DDThhmm`; 45 days when it is left out. @throws Refusal 400 */
function expiration(world: World, lifetime: string | undefined): string {
  if (lifetime === undefined) return stamp(new Date(world.clock.now().getTime() + LONGEST_MS));
  const [, day, hours, minutes] = /^(\d{4}-\d{2}-\d{2})T(\d{2})(\d{2})$/.exec(lifetime) ?? [];
  const text = `${day}T${hours}:${minutes}:00+03:00`;
  return parseStamp(text) === null ? malformed('lifetime must have the form YYYY-MM-DDThhmm') : text;
}

/** The values that the link gives of `names`; null when it gives none. */
function given(query: Query, names: Record<string, string>): Record<string, string> | null {
  const found = Object.entries(names).flatMap(([key, name]) => {
    const value = query[name];
    return value === undefined || value === '' ? [] : [[key, value] as const];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}

function askedBy(world: World, query: Query): Parameters<typeof createBill>[3] {
  const customFields = given(query, {
    paySourcesFilter: 'customFields[paySourcesFilter]',
    themeCode: 'customFields[themeCode]',
  });
  checkCustomFields(customFields);
  const { successUrl } = query;
  if (successUrl !== undefined && webAddress(successUrl) === null) malformed('successUrl must be a URL');
  return {
    amount: billAmount(query['amount']),
    currency: 'RUB',
    expirationText: expiration(world, query['lifetime']),
    customer: given(query, { phone: 'phone', email: 'email', account: 'account' }),
    customFields,
    comment: checkedComment(query['comment']),
    successUrl: successUrl ?? null,
  };
}

/** The bill of a link: the one that has its id, else a new one. @throws Refusal 400 */
function billOf(world: World, query: Query): Bill {
  expireDue(world);
  const keys = keysOf(world, query['publicKey']);
  const billId = checkedBillId(query['billId'] ?? randomUUID());
  return world.bills.get(`${keys.siteId}/${billId}`) ?? createBill(world, keys, billId, askedBy(world, query));
}

/** The payer enters the amount that the link leaves open; all else goes along. */
function amountForm(query: Query): Html {
  const kept = Object.entries(query).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<h1>Перевод</h1><form method="get">${kept}
<label>Сумма, ₽<input name="amount" inputmode="decimal" required autofocus></label><button>Продолжить</button></form>`;
}

const page = (status: number, content: Html): HttpAnswer => ({
  status,
  body: document('Оплата счета (песочница)', content),
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  },
});

function open(world: World, query: Query): HttpAnswer {
  try {
    if (query['amount'] === undefined && query['publicKey'] !== undefined) return page(200, amountForm(query));
    return { status: 303, body: '', headers: { location: payUrl(world, billOf(world, query)) } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return page(error.status, html`<h1>Ссылка недействительна</h1><p>${error.message}</p>`);
  }
}

/** The route of the link, `/create`. */
export function billLink(world: World) {
  return async (app: FastifyInstance): Promise<void> => {
    app.get<{ Querystring: Query }>('/create', ({ query }, reply): Promise<FastifyReply> => {
      const call = { provider: 'qiwi', operation: 'P2P-4' };
      const fail = (status: number) => page(status, html`<h1>Сервис недоступен</h1>`);
      return answerThroughFaults(world.faults, call, reply, () => open(world, query), fail);
    });
  };
}
