import { expect } from 'vitest';
import {
  ActivateWalletDocument,
  OpenProviderWalletDocument,
  ProviderBalanceDocument,
  RequestPasswordResetDocument,
  ResendActivationCodeDocument,
  ResetPasswordDocument,
} from '../../schema/operations.ts';
import { done, newPhone, unique } from './builders.ts';
import { type Desk, newWallet, type RecordWrite, walletState } from './mbank-desk.ts';
import { openAtMbank, password, pendingWallet } from './provider-wallets.ts';

/** How mbank answers the owner of a wallet who comes with a password. */
async function opensWith({ mbank }: Desk, phone: string, secret: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${phone}:${secret}`).toString('base64')}`;
  const { status } = await fetch(`${mbank.sandbox.url}/mbank/v1/wallet`, { headers: { authorization } });
  return status;
}

/** The code that mbank takes now, by what it is for. */
const codes = ({ mbank }: Desk, phone: string) =>
  mbank.act('wallet.code', { phone }) as { activation: string | null; reset: string | null };

/** The code that was told last. */
interface Told {
  code: string | null | undefined;
}

const opening: RecordWrite[] = [
  {
    title: 'wallet opened',
    operation: 'wallet.create',
    async prepare({ call, mbank }) {
      const phone = newPhone();
      const input = openAtMbank(phone);
      const send = async () => (await call(OpenProviderWalletDocument, { input })).walletOpen;
      return {
        send,
        atMbank: async () => mbank.act('wallet.code', { phone }),
        once: { activation: expect.any(String), reset: null },
      };
    },
  },
  {
    title: 'wallet activated',
    operation: 'wallet.activate',
    async prepare({ call, mbank }) {
      const phone = newPhone();
      const { id: walletId, code } = await pendingWallet(call, phone);
      const send = async () => (await call(ActivateWalletDocument, { walletId, code })).walletActivate;
      return {
        send,
        atMbank: () => mbank.elsewhere(phone, 'GET', '/wallet'),
        once: expect.objectContaining({ phone }),
      };
    },
  },
];

const sending: RecordWrite[] = [
  {
    title: 'activation code sent again',
    operation: 'wallet.resend_code',
    async prepare(desk) {
      const phone = newPhone();
      const { id: walletId } = await pendingWallet(desk.call, phone);
      const told: Told = { code: null };
      const send = async () => {
        const { walletResendActivationCode: answer } = await desk.call(ResendActivationCodeDocument, { walletId });
        if (answer?.__typename === 'WalletResendActivationCodeSuccess') told.code = answer.challenge.sandboxCode;
        return answer;
      };
      const atMbank = async () => ({
        sent: walletState(desk, phone).codesSent.activation,
        counts: codes(desk, phone).activation === told.code,
      });
      return { send, atMbank, each: (times) => ({ sent: 1 + times, counts: true }) };
    },
  },
  {
    title: 'password reset code sent',
    operation: 'wallet.send_password_reset_code',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      const told: Told = { code: null };
      const send = async () => {
        const { walletRequestPasswordReset: answer } = await desk.call(RequestPasswordResetDocument, { walletId });
        if (answer?.__typename === 'WalletRequestPasswordResetSuccess') told.code = answer.challenge.sandboxCode;
        return answer;
      };
      const atMbank = async () => ({
        sent: walletState(desk, phone).codesSent.reset,
        counts: codes(desk, phone).reset === told.code,
      });
      return { send, atMbank, each: (times) => ({ sent: times, counts: true }) };
    },
  },
  {
    title: 'password reset',
    operation: 'wallet.reset_password',
    async prepare(desk) {
      const { phone, walletId } = await newWallet(desk);
      const { walletRequestPasswordReset } = await desk.call(RequestPasswordResetDocument, { walletId });
      const { challenge } = done(walletRequestPasswordReset, 'WalletRequestPasswordResetSuccess');
      const input = { walletId, code: challenge.sandboxCode ?? '', password: unique('another-password') };
      const send = async () => (await desk.call(ResetPasswordDocument, { input })).walletResetPassword;
      const atMbank = async () => ({
        before: await opensWith(desk, phone, password),
        after: await opensWith(desk, phone, input.password),
        code: codes(desk, phone).reset,
        // the gateway keeps the one that opens it
        here: (await desk.call(ProviderBalanceDocument, { id: walletId })).wallet?.balances[0]?.upstream?.amount,
      });
      return { send, atMbank, once: { before: 401, after: 200, code: null, here: '100.00' } };
    },
  },
];

/** Every write that makes a wallet or opens it. */
export const walletWrites: RecordWrite[] = [...opening, ...sending];
