import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { document, type Html, html } from '../html.ts';
import { type Means, type Payable, payableOf } from './bill-payable.ts';
import { padded } from './money.ts';
import type { World } from './world.ts';

/** The payment page of an invoice as a person sees it: pay by wallet, card or phone, or refuse, and back to the shop. */

/** Any card number that passes its check pays, but this one. */
export const DECLINED_CARD = '4000000000000002';
/** A card that pays. */
export const PAYING_CARD = '5555555555554444';

type Form = Record<string, string | undefined>;

const symbols: Record<number, string> = { 643: '₽', 398: '₸', 840: '$', 978: '€' };

const header = ({ merchant, comment, sum }: Payable): Html => html`<h1>${merchant}</h1>
<p class="sum">${padded(sum.amount).replace('.', ',')} ${symbols[sum.currency]}</p>
${comment === '' ? '' : html`<p class="quiet">${comment}</p>`}`;

/** The form of one means of payment; it posts back to the link that the page was opened with. */
function meansForm(means: Means, action: string, wallets: Html[]): Html {
  const fields: Record<Means, Html> = {
    qw: html`<label>QIWI Кошелек<select name="wallet">${wallets}</select></label>`,
    card: html`<label>Номер карты<input name="pan" inputmode="numeric" required placeholder="0000 0000 0000 0000"></label>`,
    mobile: html`<label>Номер телефона<input name="phone" inputmode="tel" required placeholder="79001234567"></label>`,
  };
  const titles: Record<Means, string> = {
    qw: 'Оплатить кошельком',
    card: 'Оплатить картой',
    mobile: 'Оплатить с телефона',
  };
  return html`<form method="post" action="${action}" autocomplete="off">
<input type="hidden" name="means" value="${means}">
${fields[means]}
<button>${titles[means]}</button>
</form>`;
}

function payForm(world: World, payable: Payable, action: string, only: string | undefined, problem?: string): Html {
  const wallets = [...world.wallets.keys()].map((number) => html`<option>${number}</option>`);
  const offered = payable.means.filter((means) => only === undefined || means === only);
  return html`${header(payable)}
${problem === undefined ? '' : html`<p class="bad" role="alert">${problem}</p>`}
${offered.map((means) => meansForm(means, action, wallets))}
<form method="post" action="${action}"><input type="hidden" name="means" value="reject"><button class="other">Отказаться от счета</button></form>
<p class="quiet">Песочница: карта ${PAYING_CARD} оплачивает, ${DECLINED_CARD} получает отказ; вход в кошелек заменен выбором из списка.</p>`;
}

const ends: Record<Exclude<Payable['status'], 'WAITING'>, string> = {
  PAID: 'Счет оплачен.',
  REJECTED: 'Счет отменен.',
  EXPIRED: 'Срок оплаты счета истек.',
};

function result(payable: Payable, back: string | null): Html {
  const text = payable.status === 'WAITING' ? '' : ends[payable.status];
  return html`${header(payable)}<p>${text}</p>
${back === null ? html`<p class="quiet">Можно закрыть эту страницу.</p>` : html`<p><a href="${back}">Вернуться в магазин</a></p>`}`;
}

/** Sends a page. */
export const sendPage = (reply: FastifyReply, page: Html, status = 200): FastifyReply =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .send(document('Оплата счета (песочница)', page));

/** An address that a browser may be sent to. */
export const webAddress = (value: string | undefined): string | null =>
  value !== undefined && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) ? value : null;

/** The Luhn check of a card number. */
function luhn(pan: string): boolean {
  const sum = [...pan].reverse().reduce((total, digit, index) => {
    const value = Number.parseInt(digit, 10) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** A bank card: 13 to 19 digits that pass the check. @returns why it does not pay, or null */
function byCard(payable: Payable, entered: string | undefined): string | null {
  const pan = (entered ?? '').replace(/\s/g, '');
  if (!/^\d{13,19}$/.test(pan) || !luhn(pan)) return 'Проверьте номер карты.';
  if (pan === DECLINED_CARD) return 'Банк отклонил оплату этой картой.';
  payable.fromOutside(`${pan.slice(0, 4)}********${pan.slice(-4)}`, 'CARD');
  return null;
}

function byPhone(payable: Payable, entered: string | undefined): string | null {
  const phone = (entered ?? '').replace(/\D/g, '');
  if (!/^7\d{10}$/.test(phone)) return 'Номер телефона: 11 цифр, первая 7.';
  payable.fromOutside(phone, 'MK');
  return null;
}

/** Does what the person chose. @returns what is wrong with it, or null */
function act(world: World, payable: Payable, { means, wallet, pan, phone }: Form): string | null {
  if (means === 'reject') {
    payable.reject();
    return null;
  }
  if (!payable.means.some((offered) => offered === means)) return 'Этот способ оплаты здесь не принимают.';
  if (means === 'card') return byCard(payable, pan);
  if (means === 'mobile') return byPhone(payable, phone);
  const payer = world.wallets.get(wallet ?? '');
  return payer === undefined ? 'Выберите кошелек.' : payable.fromWallet(payer);
}

function take(world: World, payable: Payable, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const query = request.query as Form;
  const again = request.url;
  const form = (request.body ?? {}) as Form;
  const problem = payable.status === 'WAITING' ? act(world, payable, form) : null;
  if (problem !== null) return sendPage(reply, payForm(world, payable, again, query['paySource'], problem), 422);
  const now = payableOf(world, query) ?? payable;
  const back = webAddress(query['successUrl']) ?? payable.successUrl;
  return reply.redirect(now.status === 'PAID' && back !== null ? back : again, 303);
}

/** The routes of the payment page, `/form` and `/form/`; forms only. */
export function billPages(world: World) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    await app.register(formbody);
    for (const url of ['/form', '/form/'])
      app.route({
        method: ['GET', 'POST'],
        url,
        handler(request, reply) {
          const query = request.query as Form;
          const payable = payableOf(world, query);
          if (payable === undefined) return sendPage(reply, html`<h1>Счет не найден</h1>`, 404);
          if (request.method === 'POST') return take(world, payable, request, reply);
          const back = webAddress(query['successUrl']) ?? payable.successUrl;
          const open = payable.status === 'WAITING';
          return sendPage(
            reply,
            open ? payForm(world, payable, request.url, query['paySource']) : result(payable, back),
          );
        },
      });
  };
}
