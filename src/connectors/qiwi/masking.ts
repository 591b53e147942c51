import type { Masking } from '../recorder.ts';

const words = (text: string): Set<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

const personal = `account fields comment firstName middleName lastName birthDate passport inn snils oms email customer phone
  customFields personId contractId nickname`;

/** What of QIWI's bodies must not be kept: keys, card data, personal data, and values that payers typed. */
export const masking: Masking = {
  request: words(`${personal} cardNumber phoneNumber keysPairName`),
  answer: words(`${personal} elements pan cvv fullPan PublicKey SecretKey key boundEmail ip phoneHash requisites
    payUrl pay_url`),
};
