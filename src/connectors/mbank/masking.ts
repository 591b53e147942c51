import type { Masking } from '../recorder.ts';

const words = (text: string): Set<string> => new Set(text.split(/\s+/).filter((word) => word !== ''));

const personal = `phone email name given_name family_name patronymic_name birth_date passport_series_number passport_issued_at
  itn ssn destination payer recipient sender receiver message contacts wallet`;

/** What of mbank's bodies must not be kept: secrets, personal data, and values that payers typed. */
export const masking: Masking = {
  request: words(`${personal} password username code access_token client_secret webhook_client_id webhook_client_token
    card_number pin input parameters params`),
  answer: words(`${personal} access_token security_code activation_code password_reset_code check_digit
    value suggested_values default_value subtitle description payment_page_url picture_url intercom_user_hash
    lock_message user from html firstname lastname patronymic account id_card address data_extended identification`),
};
