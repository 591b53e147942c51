import type { Applicant, Decision } from './model.ts';
import { decisions } from './model.ts';
import { isDay } from './time.ts';

/** What a person enters on the application page, and its checks. */

/** Any card number that passes its check pays, but this one. */
export const DECLINED_CARD = '4000000000000002';
/** A card that pays. */
export const PAYING_CARD = '4111111111111111';

export type Form = Record<string, string | undefined>;

/** An application as it was entered. */
export interface Entered {
  applicant: Applicant;
  /** Masked. */
  card: string;
  /** Null: the sandbox decides by its settings. */
  decision: Decision | null;
}

/** The Luhn check of a card number. */
function luhn(pan: string): boolean {
  const sum = [...pan].reverse().reduce((total, digit, index) => {
    const value = Number.parseInt(digit, 10) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** The masked number of a card that pays, or what is wrong with the card. */
function cardOf({ pan: written = '', expiry = '', cvv = '' }: Form): { card: string } | { problem: string } {
  const pan = written.replace(/\s/g, '');
  if (!/^\d{13,19}$/.test(pan) || !luhn(pan)) return { problem: 'Проверьте номер карты.' };
  if (!/^(0[1-9]|1[0-2])\/\d{2}$/.test(expiry)) return { problem: 'Срок действия карты: месяц и год, например 12/30.' };
  if (!/^\d{3}$/.test(cvv)) return { problem: 'CVV: три цифры на обороте карты.' };
  if (pan === DECLINED_CARD) return { problem: 'Банк отклонил первый платеж этой картой. Договор не открыт.' };
  return { card: `${pan.slice(0, 4)} **** ${pan.slice(-4)}` };
}

function applicantOf(form: Form): Applicant | null {
  const entered = (name: string): string => (form[name] ?? '').trim();
  const applicant = {
    lastName: entered('last_name'),
    firstName: entered('first_name'),
    middleName: entered('middle_name'),
    birthDate: entered('birth_date'),
    passport: entered('passport').replace(/\s/g, ''),
  };
  const named = applicant.lastName !== '' && applicant.firstName !== '';
  return named && isDay(applicant.birthDate) && /^\d{10}$/.test(applicant.passport) ? applicant : null;
}

/** Reads the form. @returns the application, or what is wrong with it in the words of the page */
export function readForm(form: Form): Entered | { problem: string } {
  const applicant = applicantOf(form);
  if (applicant === null)
    return { problem: 'Заполните фамилию, имя, дату рождения, серию и номер паспорта (10 цифр).' };
  const card = cardOf(form);
  if ('problem' in card) return card;
  return { applicant, ...card, decision: decisions.find((known) => known === form['decision']) ?? null };
}
