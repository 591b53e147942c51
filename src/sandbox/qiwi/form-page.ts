import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { document, type Html, html } from '../html.ts';
import { commissionOf, pay } from './engine.ts';
import { errorText } from './error-texts.ts';
import { Refusal } from './errors.ts';
import type { PaymentOrder, Service, Transaction, Wallet } from './model.ts';
import { minorOf, padded } from './money.ts';
import { maskedFields } from './payments.ts';
import type { World } from './world.ts';

/** PAY-2: the form that a link of `https://qiwi.com/payment/form/{ID}` opens, filled in as the link says. */

const BY_NICKNAME = '99999';
type Query = Record<string, string | string[] | undefined>;

interface Filled {
  id: string;
  service: Service;
  account: string;
  amount: string;
  comment: string;
  blocked: ReadonlySet<string>;
}

const one = (query: Query, name: string): string => {
  const value = query[name];
  return typeof value === 'string' ? value : '';
};

/** Whole roubles and kopecks of the link; the field stays empty without them. @returns null when they are no amount */
function amountOf(query: Query): string | null {
  const roubles = one(query, 'amountInteger');
  const kopecks = one(query, 'amountFraction');
  if (roubles === '' && kopecks === '') return '';
  if (one(query, 'currency') !== '643' || !/^\d{0,5}$/.test(roubles) || !/^\d{0,2}$/.test(kopecks)) return null;
  return `${roubles || '0'}.${kopecks.padStart(2, '0')}`;
}

/** What the link fills in. @returns null for a link that the documents do not know */
function filled(world: World, id: string, query: Query): Filled | null {
  const service = world.services.get(id === BY_NICKNAME ? 99 : Number.parseInt(id, 10));
  const amount = amountOf(query);
  if (service === undefined || service.kind === 'source' || service.kind === 'merchant' || amount === null) return null;
  const blocked = Object.entries(query).filter(([name]) => /^blocked\[\d+\]$/.test(name));
  return {
    id,
    service,
    account: one(query, "extra['account']"),
    amount,
    comment: id === '99' ? one(query, "extra['comment']") : '',
    blocked: new Set(blocked.map(([, value]) => String(value))),
  };
}

/** The wallet of a nickname, or of a number. */
function numberOf(world: World, { id, account }: Filled): string {
  if (id !== BY_NICKNAME) return account;
  const named = [...world.wallets.values()].find(({ nickname }) => nickname.nickname === account);
  return named?.personId ?? account;
}

function form(world: World, { service, account, amount, comment, blocked }: Filled, problem?: string): Html {
  const fixed = (name: string) => (blocked.has(name) ? html` readonly` : html``);
  const wallets = [...world.wallets.keys()].map((number) => html`<option>${number}</option>`);
  return html`<h1>${service.longName}</h1>
<form method="post" autocomplete="off">
${problem === undefined ? '' : html`<p class="bad" role="alert">${problem}</p>`}
<label>Кому<input name="account" required value="${account}"${fixed('account')}></label>
<label>Сумма, ₽<input name="amount" inputmode="decimal" required value="${amount}"${fixed('sum')}></label>
${service.kind === 'wallet' ? html`<label>Комментарий<input name="comment" value="${comment}"${fixed('comment')}></label>` : ''}
<label>Платит кошелек<select name="wallet">${wallets}</select></label>
<button>Оплатить</button>
</form>
<p class="quiet">Песочница: вход в кошелек заменен выбором из списка.</p>`;
}

/** Pays an order. @returns its line, or why it was refused, whichever way the settings tell it */
function paid(world: World, order: PaymentOrder): Transaction | string {
  try {
    const line = pay(world, order);
    return line.status === 'ERROR' ? (errorText(line.errorCode) ?? '') : line;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

/** Pays what a person has entered. @returns the page that follows */
function submit(world: World, link: Filled, entered: Query): { page: Html; status: number } {
  const given: Filled = { ...link, account: one(entered, 'account'), amount: one(entered, 'amount').replace(',', '.') };
  given.comment = one(entered, 'comment');
  const refused = (problem: string) => ({ page: form(world, given, problem), status: 422 });
  const altered = (name: 'account' | 'amount' | 'comment', blocked: string) =>
    link.blocked.has(blocked) && link[name] !== given[name];
  if (altered('account', 'account') || altered('amount', 'sum') || altered('comment', 'comment'))
    return refused('Это поле изменить нельзя.');
  const amount = minorOf(given.amount);
  const wallet: Wallet | undefined = world.wallets.get(one(entered, 'wallet'));
  if (amount === null || amount === 0n) return refused('Проверьте сумму.');
  if (wallet === undefined) return refused('Выберите кошелек.');
  const account = numberOf(world, given);
  const fields = { account };
  const { service, comment } = given;
  const shown = maskedFields(service, fields)['account'] ?? account;
  const common = { wallet, service, fields, account: shown, comment, funding: 643 as const };
  const line = paid(world, { ...common, sum: { amount, currency: 643 }, clientId: String(world.number()) });
  if (typeof line === 'string') return refused(line);
  const fee = commissionOf({ service, fields }, amount);
  const text = line.status === 'SUCCESS' ? 'Платеж проведен.' : 'Платеж обрабатывается.';
  const page = html`<h1>${service.longName}</h1><p class="sum">${padded(amount + fee).replace('.', ',')} ₽</p>
<p>${text}</p><p class="quiet">Транзакция ${line.id}</p>`;
  return { page, status: 200 };
}

const send = (reply: FastifyReply, page: Html, status = 200): FastifyReply =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .send(document('QIWI Кошелек (песочница)', page));

/** The routes of the form; forms only. */
export function formPage(world: World) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    await app.register(formbody);
    app.route<{ Params: { id: string }; Querystring: Query; Body: Query | undefined }>({
      method: ['GET', 'POST'],
      url: '/payment/form/:id',
      handler({ method, params, query, body }, reply) {
        const link = filled(world, params.id, query);
        if (link === null) return send(reply, html`<h1>Ссылка недействительна</h1>`, 400);
        if (method === 'GET') return send(reply, form(world, link));
        const { page, status } = submit(world, link, body ?? {});
        return send(reply, page, status);
      },
    });
  };
}
