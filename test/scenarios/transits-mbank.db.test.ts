import { beforeAll, describe, expect, test, vi } from 'vitest';
import {
  ConfirmPaymentDocument,
  CreateTransitDocument,
  type CreateTransitMutationVariables,
  FindServicesDocument,
  GetServiceDocument,
  LinkCardDocument,
  PaymentDetailsDocument,
  ServicesForCardDocument,
  UpdatePaymentDocument,
  WatchPaymentDocument,
} from '../../schema/operations.ts';
import { resolveUpstream } from '../../src/domain/payment/execute-upstream.ts';
import { startTestApp } from '../support/app.ts';
import { done, refusal, rub, unique } from '../support/builders.ts';
import { statusesOf } from '../support/catalogue.ts';
import { startMbank } from '../support/mbank.ts';
import { run, subscribe } from '../support/operations.ts';
import { figures, linkedWallet } from '../support/provider-wallets.ts';
import { booksStay } from '../support/refused.ts';
import { breaksInTheBooks } from '../support/snapshot.ts';

/** From a card straight to a service: by a wallet at mbank, and by an account that is an application and has no wallet. */

const gateway = await startTestApp();
const { prisma } = gateway.deps.db;
const operatorPhone = '+79261111111';
const pages = { returnUrl: 'https://shop.example/ok', failureUrl: 'https://shop.example/no' };
const booksAreRight = async () => expect(await breaksInTheBooks(gateway.deps.db)).toEqual([]);

type Input = CreateTransitMutationVariables['input'];

/** A partner with an account at an emulator of its own. */
async function partnerAt(credentials: Record<string, string | undefined> = {}) {
  const { partnerId, apiKey } = await gateway.partner();
  const call = run(gateway, apiKey);
  const mbank = await startMbank(gateway, partnerId, credentials);
  const next = async (id: string) => (await call(PaymentDetailsDocument, { id })).payment?.nextAction;
  return {
    call,
    mbank,
    next,
    /** Our id of a service, once the catalogue has been read. */
    async service(reference: string): Promise<string> {
      return vi.waitFor(
        async () => {
          const { edges } = (await call(FindServicesDocument, { first: 100 })).services;
          const found = edges.find(({ node }) => node.providerReference === reference);
          if (!found) throw new Error('the catalogue has not been read yet');
          return found.node.id;
        },
        { timeout: 15_000 },
      );
    },
    async transit(input: Partial<Input> & Pick<Input, 'amount' | 'service'>) {
      const { transitCreate } = await call(CreateTransitDocument, {
        input: { idempotencyKey: unique('transit'), ...pages, ...input },
      });
      return done(transitCreate, 'TransitCreateSuccess').payment;
    },
    confirm: async (paymentId: string) =>
      done((await call(ConfirmPaymentDocument, { paymentId })).paymentConfirm, 'PaymentConfirmSuccess').payment,
    /** The person types a card on the payment's page. */
    async typeCard(paymentId: string, result: 'approve' | 'decline' = 'approve') {
      expect(await next(paymentId)).toMatchObject({
        __typename: 'RedirectAction',
        url: expect.stringContaining('/ipsp/'),
      });
      mbank.act('page', { payment: await mbank.referenceOf(paymentId), result });
    },
    /** Follows a payment to its end. */
    async endOf(id: string): Promise<string | undefined> {
      let last: string | undefined;
      const watched = subscribe(gateway.ws(apiKey), WatchPaymentDocument, { id, follow: false });
      for await (const { paymentUpdated } of watched.rest()) last = paymentUpdated.status;
      return last;
    },
    attempt: async (id: string) => (await call(PaymentDetailsDocument, { id })).payment?.attempts[0],
    /** The payments that the provider has under the id of ours. */
    async atProvider(paymentId: string) {
      const { clientId } = await prisma.paymentAttempt.findFirstOrThrow({ where: { paymentId } });
      return (mbank.act('payments', { clientId }) as { payments: Record<string, unknown>[] }).payments;
    },
  };
}

const toPhone = (serviceId: string, value = operatorPhone) => ({
  serviceId,
  parameters: [{ id: 'phoneNumber', value }],
});

describe('A wallet at mbank', () => {
  let shop: Awaited<ReturnType<typeof partnerAt>>;
  let megafon = '';
  beforeAll(async () => {
    shop = await partnerAt();
    megafon = await shop.service('834');
  }, 20_000);

  test('pays a service from a card that is typed, kept and charged again; its own money stays.', async () => {
    const walletId = await linkedWallet(shop.call, shop.mbank, 500);
    const first = await shop.transit({ walletId, amount: rub('100'), service: toPhone(megafon), saveCard: true });
    expect(first).toMatchObject({ kind: 'TRANSIT', status: 'CREATED', fee: { amount: '3.00' } });
    expect((await shop.confirm(first.id)).status).toBe('PROCESSING');
    await shop.typeCard(first.id);
    expect(await shop.endOf(first.id)).toBe('COMPLETED');
    expect(await figures(shop.call, walletId)).toEqual({ posted: '500.00', pending: '0.00', upstream: '500.00' });
    const operations = expect.arrayContaining(['payments.create.inout', 'payments.pay']);
    expect(await shop.attempt(first.id)).toMatchObject({ outcome: 'ACCEPTED', operations });

    const [card] = await prisma.card.findMany({ where: { walletId, state: 'ACTIVE' } });
    const again = await shop.transit({
      walletId,
      amount: rub('20'),
      service: toPhone(megafon),
      cardId: card?.id ?? '',
      confirm: true,
    });
    expect(await shop.endOf(again.id)).toBe('COMPLETED');
    expect(await shop.atProvider(again.id)).toMatchObject([{ type: 'inout', status: 'completed', amount: 20 }]);
    expect(await figures(shop.call, walletId)).toMatchObject({ posted: '500.00', upstream: '500.00' });
    await booksAreRight();
  });

  test('A card that the bank refuses, or that waits for its owner, pays nothing.', async () => {
    const walletId = await linkedWallet(shop.call, shop.mbank, 500);
    const declined = await shop.transit({ walletId, amount: rub('30'), service: toPhone(megafon), confirm: true });
    await shop.typeCard(declined.id, 'decline');
    expect(await shop.endOf(declined.id)).toBe('DECLINED');
    const link = {
      idempotencyKey: unique('link'),
      walletId,
      successUrl: pages.returnUrl,
      failureUrl: pages.failureUrl,
    };
    const { card } = done((await shop.call(LinkCardDocument, { input: link })).cardLink, 'CardLinkSuccess');
    const input = { idempotencyKey: unique('transit'), walletId, cardId: card.id, amount: rub('30') };
    const refused = await booksStay(gateway, () =>
      refusal(shop.call(CreateTransitDocument, { input: { ...input, service: toPhone(megafon) } })),
    );
    expect(refused).toMatchObject({ __typename: 'StateError', state: 'PENDING' });
    expect(await figures(shop.call, walletId)).toEqual({ posted: '500.00', pending: '0.00', upstream: '500.00' });
    await booksAreRight();
  });
});

describe('An account that is an application without a wallet', () => {
  let shop: Awaited<ReturnType<typeof partnerAt>>;
  beforeAll(async () => {
    shop = await partnerAt({ phone: undefined, password: undefined, applicationApi: 'true' });
  }, 20_000);

  test('It reads a service, and looks for those that pay to a card, through the application API.', async () => {
    const id = await shop.service('834');
    const { service } = await shop.call(GetServiceDocument, { id });
    expect(service).toMatchObject({ id, online: true, parameters: [{ id: 'phoneNumber', maxLength: 10 }] });
    expect(statusesOf(gateway, 'mserver.application.service')).toContain(200);
    const { servicesForCard } = await shop.call(ServicesForCardDocument, { number: '4276380012345678' });
    expect(servicesForCard.length).toBeGreaterThan(0);
    expect(statusesOf(gateway, 'mserver.application.search')).toContain(200);
    expect(gateway.logged.join('')).not.toContain('4276380012345678');
  });

  test('A transit is created, answered in its steps, priced, paid and completed there.', async () => {
    const serviceId = await shop.service('61');
    const { service } = await shop.call(GetServiceDocument, { id: serviceId });
    const asked = (service?.parameters ?? []).filter(({ required }) => required);
    const parameters = asked.map(({ id }) => ({ id, value: '1234567890' }));
    const payment = await shop.transit({ amount: rub('200'), service: { serviceId, parameters } });
    expect(payment).toMatchObject({ kind: 'TRANSIT', status: 'CREATED' });
    await expect.poll(async () => (await shop.next(payment.id))?.__typename, { timeout: 15_000 }).toBe('UpdateAction');
    let steps = 0;
    for (; steps < 4; steps += 1) {
      const action = await shop.next(payment.id);
      if (action?.__typename !== 'UpdateAction') break;
      const answers = action.parameters.filter(({ editable }) => editable);
      const input = {
        paymentId: payment.id,
        parameters: answers.map(({ id, value }) => ({ id, value: value ?? '200' })),
      };
      done((await shop.call(UpdatePaymentDocument, { input })).paymentUpdate, 'PaymentUpdateSuccess');
      await expect
        .poll(async () => (await shop.next(payment.id))?.__typename, { timeout: 15_000 })
        .not.toBe('WaitAction');
    }
    expect(steps).toBeGreaterThan(0);
    expect((await shop.confirm(payment.id)).status).toBe('PROCESSING');
    await shop.typeCard(payment.id);
    expect(await shop.endOf(payment.id)).toBe('COMPLETED');
    const { operations } = (await shop.attempt(payment.id)) ?? { operations: [] };
    const twins = ['create', 'load', 'update', 'pay'].map((name) => `mserver.application.${name}`);
    expect(operations).toEqual(expect.arrayContaining(twins));
    expect(operations.filter((name) => name.startsWith('payments.'))).toEqual([]);
    expect(await shop.atProvider(payment.id)).toMatchObject([{ type: 'inout', status: 'completed', amount: 200 }]);
    await booksAreRight();
  });

  test('A lost answer to its creation is made good by the same key, one to its paying call by loading it; it is paid once.', async () => {
    // the core takes a phone as the operator does: without its country code
    const service = toPhone(await shop.service('834'), operatorPhone.slice(2));
    const lose = (operation: string) =>
      shop.mbank.sandbox.control.fault({ provider: 'mbank', operation, kind: 'close', when: 'after' });
    const input = { idempotencyKey: unique('transit'), amount: rub('50'), service, ...pages };
    lose('mserver.application.payments.create');
    expect(await refusal(shop.call(CreateTransitDocument, { input }))).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    const payment = await shop.transit(input);
    lose('mserver.application.payments.pay');
    expect((await shop.confirm(payment.id)).status).toBe('PROCESSING');
    expect((await shop.attempt(payment.id))?.outcome).toBe('UNKNOWN');
    await resolveUpstream(gateway.deps, payment.id, 1);
    await shop.typeCard(payment.id);
    expect(await shop.endOf(payment.id)).toBe('COMPLETED');
    const operations = (await shop.attempt(payment.id))?.operations ?? [];
    expect(operations.filter((name) => name === 'mserver.application.pay')).toHaveLength(1);
    expect(operations).toContain('mserver.application.load');
    expect(await shop.atProvider(payment.id)).toHaveLength(1);
    await booksAreRight();
  });
});
