import type { Masking } from '../recorder.ts';

/** What must not be kept: secrets, the owner's phone, the wallet's number, and the link by which its owner pays. */
export const masking: Masking = {
  request: new Set(['phone', 'client_id', 'client_secret', 'refresh_token']),
  answer: new Set(['access_token', 'refresh_token', 'number', 'payload', 'phone']),
};
