import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { document, type Html, html } from '../html.ts';
import { apply, authorize, cancel, chargeDueAt, settleDue } from './engine.ts';
import { DECLINED_CARD, type Form, PAYING_CARD, readForm } from './frame-form.ts';
import type { Decision, Session, State } from './model.ts';
import { rubles } from './money.ts';
import { priceOf } from './price.ts';
import { stamp } from './time.ts';
import type { World } from './world.ts';

/**
 * The application page (MW-8): the payment graph, the shopper's data, the card of the initial payment. It needs no script and
 * no cookie, and forbids no frame. Shown as an iframe, its forms take the whole window, which ends at `redirect_url`.
 */

const target = ({ webMode }: Session): Html => (webMode === 'iframe' ? html` target="_top"` : html``);

function header(world: World, session: Session): Html {
  const { payment, total } = priceOf(session, world.clock.now());
  return html`<h1>Покупка в кредит</h1>
<p class="sum">${rubles(session.amount)}</p>
<p class="quiet">Заказ ${session.orderId}, телефон ${session.phone}</p>
<ul><li>первый платеж сегодня: ${rubles(payment)}</li><li>еще два платежа: по ${rubles(payment)}</li><li>полная стоимость: ${rubles(total)}</li></ul>`;
}

/** What the person entered, or else what the shop knows. */
function prefilled({ applicant }: Session, form: Form): Form {
  const { lastName, firstName, middleName, birthDate, passport } = applicant;
  const known = {
    last_name: lastName,
    first_name: firstName,
    middle_name: middleName,
    birth_date: birthDate,
    passport,
  };
  return { ...known, ...form };
}

const abandonForm = (session: Session): Html =>
  html`<form method="post"${target(session)}><button class="other" name="do" value="abandon">Отказаться от заявки</button></form>`;

function applicationForm(world: World, session: Session, form: Form = {}, problem?: string): Html {
  const value = prefilled(session, form);
  return html`${header(world, session)}
${problem === undefined ? '' : html`<p class="bad" role="alert">${problem}</p>`}
<form method="post" autocomplete="off"${target(session)}>
<label>Фамилия<input name="last_name" required value="${value['last_name']}"></label>
<label>Имя<input name="first_name" required value="${value['first_name']}"></label>
<label>Отчество<input name="middle_name" value="${value['middle_name']}"></label>
<div class="pair">
<label>Дата рождения<input name="birth_date" type="date" required value="${value['birth_date']}"></label>
<label>Паспорт<input name="passport" inputmode="numeric" required value="${value['passport']}" placeholder="0000 000000"></label>
</div>
<label>Карта первого платежа<input name="pan" inputmode="numeric" required placeholder="0000 0000 0000 0000"></label>
<div class="pair">
<label>Срок действия<input name="expiry" inputmode="numeric" required placeholder="ММ/ГГ"></label>
<label>CVV<input name="cvv" inputmode="numeric" required maxlength="3" placeholder="000"></label>
</div>
<label>Решение (песочница)<select name="decision">
<option value="">по настройке песочницы</option>
<option value="authorize">одобрить</option>
<option value="cancel">отказать</option>
<option value="pending">решить позже</option>
</select></label>
<button name="do" value="apply">Подать заявку</button>
</form>
${abandonForm(session)}
<p class="quiet">Песочница: карта ${PAYING_CARD} оплачивает, ${DECLINED_CARD} получает отказ.</p>`;
}

const waiting = (world: World, session: Session): Html => html`${header(world, session)}
<p>Заявка рассматривается.</p>
<form method="post">
<button name="do" value="authorize">Одобрить (песочница)</button>
<button class="other" name="do" value="cancel">Отказать (песочница)</button>
</form>
${abandonForm(session)}`;

const cancelled: Record<NonNullable<Session['cancelledAs']>, string> = {
  refused: 'По заявке отказано.',
  abandoned: 'Вы отказались от заявки.',
  expired: 'Время, отведенное на заказ, истекло.',
};

function ended(world: World, session: Session): Html {
  const due = chargeDueAt(session);
  const texts: Record<State, string> = {
    processing: '',
    cancelled: session.cancelledAs === null ? '' : cancelled[session.cancelledAs],
    authorized: `Первый платеж принят, договор открыт. До ${due === null ? '' : stamp(due)} его можно отменить.`,
    charged: 'Договор открыт окончательно.',
    voided: 'Договор отменен, первый платеж возвращен на карту.',
    refunded: 'Договор погашен и закрыт.',
  };
  return html`${header(world, session)}<p>${texts[session.state]}</p>
<p><a href="${session.redirectUrl}" target="_top">Вернуться к заказу</a></p>`;
}

/** The page as it stands. */
function show(world: World, session: Session): Html {
  if (session.state !== 'processing') return ended(world, session);
  return session.applied === null ? applicationForm(world, session) : waiting(world, session);
}

/** Decides an application. Without a decision it stays in `processing`. */
export function decide(world: World, session: Session, decision: Decision): void {
  if (decision === 'authorize') authorize(world, session);
  if (decision === 'cancel') cancel(world, session, 'refused');
}

const send = (reply: FastifyReply, page: Html, status = 200): FastifyReply =>
  reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    .send(document('Moneywall (песочница)', page));

/** MW-7: where the shopper goes on; it tells nothing of the decision. */
const back = (reply: FastifyReply, { redirectUrl }: Session): FastifyReply => reply.redirect(redirectUrl, 303);

/** The shopper hands the application in. */
function takeApplication(world: World, session: Session, form: Form, reply: FastifyReply): FastifyReply {
  const entered = readForm(form);
  if ('problem' in entered) return send(reply, applicationForm(world, session, form, entered.problem), 422);
  apply(session, entered.applicant, entered.card);
  decide(world, session, entered.decision ?? world.nextDecisions.shift() ?? world.settings.decision);
  return back(reply, session);
}

/** Does what the person chose; a press that comes too late changes nothing. */
function take(world: World, session: Session, form: Form, again: string, reply: FastifyReply): FastifyReply {
  if (session.state !== 'processing') return reply.redirect(again, 303);
  const chosen = form['do'];
  if (chosen === 'abandon') {
    cancel(world, session, 'abandoned');
    return back(reply, session);
  }
  if (session.applied === null) return takeApplication(world, session, form, reply);
  if (chosen === 'authorize' || chosen === 'cancel') decide(world, session, chosen);
  return reply.redirect(again, 303);
}

/** The routes of the page; forms only. */
export function framePage(world: World) {
  return async (app: FastifyInstance): Promise<void> => {
    app.removeAllContentTypeParsers();
    await app.register(formbody);
    app.route<{ Params: { id: string }; Body: Form | undefined }>({
      method: ['GET', 'POST'],
      url: '/frame/credit_applications/:id/payment_graph',
      handler({ method, params, body, url }, reply) {
        settleDue(world);
        const session = /^\d{1,15}$/.test(params.id) ? world.sessions.get(Number.parseInt(params.id, 10)) : undefined;
        if (session === undefined) return send(reply, html`<h1>Заявка не найдена</h1>`, 404);
        return method === 'GET' ? send(reply, show(world, session)) : take(world, session, body ?? {}, url, reply);
      },
    });
  };
}
