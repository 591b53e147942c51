import { z } from 'zod';
import type { Call } from '../connector.ts';
import type { HttpBody } from '../http.ts';
import { catalogueCalls } from './client-catalogue.ts';
import { paymentCalls } from './client-payments.ts';
import { recordCalls } from './client-records.ts';
import type { Transport } from './transport.ts';
import * as wire from './wire.ts';

/** For answers that carry no data, or none that we read. */
const nothing = z.unknown();

/**
 * The client API, one method per operation of the contract's index (2.2), under the index's own names:
 * `payments.create.out` is `client.payments.create` with that operation. Answers are parsed, refusals thrown.
 */
export function createClient(transport: Transport) {
  return {
    wallet: { ...openingCalls(transport), ...walletCalls(transport) },
    ...catalogueCalls(transport),
    ...paymentCalls(transport),
    ...recordCalls(transport),
  };
}

export type MbankClient = ReturnType<typeof createClient>;

const open = { method: 'POST', auth: 'NONE', safe: false } as const;
const own = { auth: 'WALLET' } as const;

/** Contract 2.4: what goes without the wallet's own credentials. */
function openingCalls({ send, config }: Transport) {
  return {
    create: (call: Call, json: { phone: string; password: string }) =>
      send(call, {
        ...open,
        operation: 'wallet.create',
        path: '/wallet',
        json,
        data: wire.challenge,
        hide: [json.password],
      }),
    activate: (call: Call, json: { phone: string; code: string }) =>
      send(call, { ...open, operation: 'wallet.activate', path: '/wallet/activate', json, data: nothing }),
    resendCode: (call: Call, json: { phone: string }) =>
      send(call, {
        ...open,
        operation: 'wallet.resend_code',
        path: '/wallet/resend_code',
        json,
        data: wire.challenge,
      }),
    sendPasswordResetCode: (call: Call, json: { phone: string }) =>
      send(call, {
        ...open,
        operation: 'wallet.send_password_reset_code',
        path: '/wallet/send_password_reset_code',
        json,
        data: wire.challenge,
      }),
    resetPassword: (call: Call, json: { phone: string; code: string; password: string }) =>
      send(call, {
        ...open,
        operation: 'wallet.reset_password',
        path: '/wallet/reset_password',
        json,
        data: nothing,
        hide: [json.password],
      }),
    statusWebhook: (call: Call, json: { phone: string; verified?: true; personified?: true }) =>
      send(call, {
        ...open,
        operation: 'wallet.status.webhook',
        path: '/wallet/status',
        query: { webhook_client_id: config.webhookClientId, webhook_client_token: config.webhookClientToken },
        json,
        data: nothing,
        hide: config.webhookClientToken ? [config.webhookClientToken] : [],
      }),
  };
}

/** Contract 2.4: the wallet's own. */
function walletCalls({ send }: Transport) {
  return {
    get: (call: Call) =>
      send(call, { ...own, operation: 'wallet.get', method: 'GET', path: '/wallet', safe: true, data: wire.wallet }),
    find: (call: Call, json: { contacts: { phone: string; name?: string }[] }) =>
      send(call, {
        ...own,
        operation: 'wallet.find',
        method: 'POST',
        path: '/wallet/find',
        json,
        safe: true,
        data: z.array(z.string()),
      }),
    pictureSet: (call: Call, multipart: HttpBody) =>
      send(call, {
        ...own,
        operation: 'wallet.picture.set',
        method: 'POST',
        path: '/wallet/picture',
        multipart,
        safe: false,
        data: nothing,
      }),
    pictureDelete: (call: Call) =>
      send(call, {
        ...own,
        operation: 'wallet.picture.delete',
        method: 'DELETE',
        path: '/wallet/picture',
        safe: false,
        data: nothing,
      }),
    settingsSet: (call: Call, json: { email?: string; email_send_frequency?: string }) =>
      send(call, {
        ...own,
        operation: 'wallet.settings.set',
        method: 'POST',
        path: '/wallet/settings',
        json,
        safe: false,
        data: nothing,
      }),
    personSet: (call: Call, json: Record<string, string | undefined>) =>
      send(call, {
        ...own,
        operation: 'wallet.person.set',
        method: 'POST',
        path: '/wallet/person',
        json,
        safe: false,
        data: wire.person,
      }),
    personGet: (call: Call) =>
      send(call, {
        ...own,
        operation: 'wallet.person.get',
        method: 'GET',
        path: '/wallet/person',
        safe: true,
        data: wire.person,
      }),
  };
}
