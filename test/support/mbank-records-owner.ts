import { print } from 'graphql';
import {
  IdentifyOwnerDocument,
  RemovePictureDocument,
  SetPictureDocument,
  SetWalletSettingsDocument,
} from '../../schema/operations.ts';
import { bearer } from './app.ts';
import { done, unique } from './builders.ts';
import { type Desk, newWallet, type RecordWrite } from './mbank-desk.ts';

const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64, 7)]);
let passports = 4_511_300_000;

/** The wallet as mbank shows it to its owner. */
const wallet = async ({ mbank }: Desk, phone: string) =>
  (await mbank.elsewhere(phone, 'GET', '/wallet')) as Record<string, unknown>;

/** Puts up a picture, as graphql-multipart-request-spec has it. */
async function upload({ gateway, apiKey }: Desk, walletId: string): Promise<{ __typename: string }> {
  const body = new FormData();
  const variables = { input: { walletId, file: null } };
  body.set('operations', JSON.stringify({ query: print(SetPictureDocument), variables }));
  body.set('map', JSON.stringify({ 0: ['variables.input.file'] }));
  body.set('0', new File([Uint8Array.from(png)], 'me.png', { type: 'image/png' }));
  const answer = await gateway.fetch('/graphql', { method: 'POST', headers: bearer(apiKey), body });
  const { data } = (await answer.json()) as { data: { walletSetPicture: { __typename: string } } };
  return data.walletSetPicture;
}

/** The picture that mbank shows of its owner, byte for byte; null: none. */
async function picture(desk: Desk, phone: string): Promise<string | null> {
  const { picture_url: url } = await wallet(desk, phone);
  if (typeof url !== 'string') return null;
  return Buffer.from(await (await fetch(url)).arrayBuffer()).toString('base64');
}

/** Every write about the owner of a wallet. All of them set what is so afterwards: done twice, it is as if done once. */
export const ownerWrites: RecordWrite[] = [
  {
    title: 'person’s data entered',
    operation: 'wallet.person.set',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      passports += 1;
      const person = { firstName: 'Ivan', lastName: 'Sidorov', passport: String(passports) };
      const send = async () =>
        (await desk.call(IdentifyOwnerDocument, { input: { walletId, person } })).customerIdentify;
      const atMbank = async () => {
        const told = (await desk.mbank.elsewhere(phone, 'GET', '/wallet/person')) as
          | Record<string, unknown>
          | undefined;
        return { passport: told?.['passport_series_number'], name: told?.['family_name'], status: told?.['status'] };
      };
      return { send, atMbank, once: { passport: person.passport, name: 'Sidorov', status: 'data_entered' } };
    },
  },
  {
    title: 'level vouched for',
    operation: 'wallet.status.webhook',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      const input = { walletId, level: 'FULL' as const };
      const send = async () => (await desk.call(IdentifyOwnerDocument, { input })).customerIdentify;
      const atMbank = async () => (await wallet(desk, phone))['level'];
      return { send, atMbank, once: 'personified' };
    },
  },
  {
    title: 'settings changed',
    operation: 'wallet.settings.set',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      const input = { walletId, email: `${unique('ivan')}@example.com`, statementPeriod: 'DAY' as const };
      const send = async () => (await desk.call(SetWalletSettingsDocument, { input })).walletSetSettings;
      const atMbank = async () => {
        const { email, email_send_frequency: period } = await wallet(desk, phone);
        return { email, period };
      };
      return { send, atMbank, once: { email: input.email, period: 'daily' } };
    },
  },
  {
    title: 'picture put up',
    operation: 'wallet.picture.set',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      return {
        send: () => upload(desk, walletId),
        atMbank: () => picture(desk, phone),
        once: png.toString('base64'),
      };
    },
  },
  {
    title: 'picture taken down',
    operation: 'wallet.picture.delete',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      done(await upload(desk, walletId), 'WalletSetPictureSuccess');
      const send = async () => (await desk.call(RemovePictureDocument, { walletId })).walletRemovePicture;
      return { send, atMbank: () => picture(desk, phone), once: null };
    },
  },
];
