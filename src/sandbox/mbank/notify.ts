import { createHash } from 'node:crypto';
import { stringify } from 'lossless-json';
import type { Card, OperationType, Payment, PaymentStatus, Project } from './model.ts';
import { cardView, paymentView } from './payment-views.ts';
import type { World } from './world.ts';

/** `access_token` of a notification: sha1 of app_id and app_secret, lower-case hex (section 2.11). */
export function accessToken({ appId, appSecret }: Pick<Project, 'appId' | 'appSecret'>): string {
  return createHash('sha1').update(`${appId}${appSecret}`).digest('hex');
}

function post(world: World, project: Project, operation: string, target: string | undefined, body: unknown): void {
  if (target === undefined) return;
  const url = new URL(target);
  url.searchParams.set('app_id', project.appId);
  url.searchParams.set('access_token', accessToken(project));
  const headers = { 'content-type': 'application/json' };
  world.webhooks.emit('mbank', { operation, url: url.href, headers, body: stringify(body) ?? '' });
}

/** `notify.payment`: to the payment's project, or to every project when the call named none. */
export function notifyPayment(world: World, payment: Payment, from: PaymentStatus, type: OperationType): void {
  const view = paymentView(payment, { form: 'value', dialect: 'mserver' });
  const body = { created_at: world.clock.now().toISOString(), payment: view, from, to: payment.status, type };
  for (const project of world.projects.values()) {
    if (payment.project !== undefined && payment.project !== project.code) continue;
    post(world, project, 'notify.payment', project.paymentsUrl, body);
  }
}

/** `notify.card`: a stored card has changed its state. */
export function notifyCard(world: World, card: Card): void {
  const { payment_page_url: _url, ...view } = cardView(card);
  const body = { ...view, ...(card.owner.startsWith('+') ? { wallet: { phone: card.owner } } : {}) };
  for (const project of world.projects.values()) post(world, project, 'notify.card', project.cardsUrl, body);
}
