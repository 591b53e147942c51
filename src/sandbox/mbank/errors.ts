/**
 * Section 4: every documented error code with its status and its texts; also what `GET /errors` lists.
 * `invalid_client_payment_id` is ours (trap T-62): the contract gives the rule and no code.
 */
const table = {
  wallet_not_found: [404, 'кошелек не существует', 'wallet does not exist'],
  wallet_not_active: [401, 'телефон кошелька не подтвержден', 'the phone of the wallet is not confirmed'],
  wallet_disabled: [401, 'кошелек заблокирован', 'wallet is locked'],
  reset_password: [401, 'необходимо сменить пароль', 'a new password must be set'],
  insufficient_scope: [403, 'недостаточно прав', 'insufficient scope'],
  missing_phone: [422, 'не указан телефон', 'phone is missing'],
  invalid_phone: [422, 'требуется номер телефона в международном формате', 'invalid phone {{ object.meta.code }}'],
  missing_password: [422, 'не указан пароль', 'password is missing'],
  invalid_password: [422, 'пароль должен быть не короче 6 символов', 'password must have at least 6 characters'],
  phone_already_exists: [422, 'кошелек с таким телефоном уже существует', 'a wallet with this phone already exists'],
  missing_code: [422, 'не указан код', 'code is missing'],
  invalid_code: [422, 'неверный код', 'wrong code'],
  code_expired: [422, 'срок действия кода истек', 'code has expired'],
  failure_limit_exceeded: [422, 'превышено число неверных попыток', 'too many wrong codes'],
  resend_limit_exceeded: [422, 'превышено число сообщений', 'too many messages'],
  already_active: [422, 'кошелек уже активирован', 'wallet is active already'],
  already_disabled: [422, 'уже заблокирован', 'already disabled'],
  already_enabled: [422, 'уже разблокирован', 'already enabled'],
  invalid_family_name: [422, 'неверная фамилия', 'invalid family name'],
  invalid_given_name: [422, 'неверное имя', 'invalid given name'],
  invalid_patronymic_name: [422, 'неверное отчество', 'invalid patronymic name'],
  invalid_passport_series_number: [422, 'серия и номер паспорта: 10 цифр', 'passport series and number: 10 digits'],
  invalid_itn: [422, 'неверный ИНН', 'invalid taxpayer number'],
  invalid_ssn: [422, 'неверный СНИЛС', 'invalid pension insurance number'],
  person_already_verified: [422, 'проверенные данные нельзя изменить', 'verified data cannot be changed'],
  duplicate_person: [422, 'паспорт принадлежит другому кошельку', 'the passport belongs to another wallet'],
  missing_type: [422, 'не указан тип платежа', 'payment type is missing'],
  missing_client_payment_id: [422, 'не указан client_payment_id', 'client_payment_id is missing'],
  invalid_client_payment_id: [422, 'client_payment_id: UUID строчными буквами', 'client_payment_id: a lower-case UUID'],
  missing_amount: [422, 'не указана сумма', 'amount is missing'],
  invalid_amount: [422, 'неверная сумма', 'invalid amount'],
  missing_service: [422, 'не указан сервис', 'service is missing'],
  service_not_found: [422, 'сервис не найден', 'service not found'],
  missing_parameters: [422, 'не указаны параметры', 'parameters are missing'],
  invalid_payment_parameters: [422, 'неверные параметры платежа', 'invalid payment parameters'],
  missing_destination: [422, 'не указан получатель', 'destination is missing'],
  destination_not_found: [422, 'получатель не найден', 'destination not found'],
  invalid_destination: [422, 'перевод самому себе', 'transfer to oneself'],
  message_too_long: [422, 'сообщение длиннее 1024 символов', 'message is longer than 1024'],
  insufficient_funds: [422, 'недостаточно средств', 'insufficient funds'],
  invalid_next_action: [422, 'сейчас требуется другой шаг', 'another step is due'],
  invalid_payment_status: [422, 'платеж в другом статусе', 'wrong payment status'],
  wallet_not_identified: [422, 'требуется идентификация', 'the payer must be identified'],
  destination_wallet_not_identified: [422, 'получатель не идентифицирован', 'the receiver must be identified'],
  card_not_found: [404, 'карта не найдена', 'card not found'],
  card_not_active: [422, 'карта не активна', 'card is not active'],
  active_cards_limit: [422, 'слишком много карт', 'too many stored cards'],
  active_cards_limit_exceeded: [422, 'слишком много карт', 'too many stored cards'],
  in_amount_limit_exceeded: [422, 'превышен лимит пополнения', 'top-up limit exceeded'],
  out_amount_limit_exceeded: [422, 'превышен лимит платежа', 'payment limit exceeded'],
  amount_limit_exceeded: [422, 'превышен лимит остатка', 'balance limit exceeded'],
  monthly_in_turnover_limit_exceeded: [422, 'превышен месячный лимит пополнений', 'monthly top-up limit exceeded'],
  monthly_out_turnover_limit_exceeded: [422, 'превышен месячный лимит платежей', 'monthly payment limit exceeded'],
  empty_request: [422, 'пустой запрос', 'empty request'],
  report_in_progress: [422, 'отчет готовится', 'report is in progress'],
  missing_title: [422, 'не указано название', 'title is missing'],
  invalid_location_group: [422, 'неизвестная группа точек', 'unknown location group'],
  missed_location_point_comma: [422, 'в point нет запятой', 'no comma in point'],
  missed_location_square_comma: [422, 'в square нет запятой', 'no comma in square'],
  wrong_location_square_points_amount: [422, 'в square должно быть 4 числа', 'square must be 4 numbers'],
  missing_payer: [422, 'не указан плательщик', 'payer is missing'],
  payer_not_exists: [422, 'плательщик не найден', 'payer does not exist'],
  invalid_payer: [422, 'счет самому себе', 'invoice to oneself'],
  invalid_invoice: [404, 'счет не найден', 'no such invoice'],
  invoice_not_found: [404, 'счет не найден', 'no such invoice'],
  invoice_is_processing: [422, 'счет оплачивается', 'invoice is being paid'],
  invoice_is_completed: [422, 'счет оплачен', 'invoice is paid'],
  invoice_is_already_canceled: [422, 'счет уже отменен', 'invoice is canceled already'],
  invoice_is_canceled: [422, 'счет отменен', 'invoice is canceled'],
  invoice_is_declined: [422, 'оплата счета отклонена', 'payment of the invoice was declined'],
  invoice_cancelling_error: [422, 'счет не удалось отменить', 'invoice could not be canceled'],
} as const satisfies Record<string, readonly [number, string, string]>;

export type ErrorCode = keyof typeof table;
export type Locale = 'ru_RU' | 'en_US';

/** An error answer: HTTP status, and a code when the contract has a precise one. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: ErrorCode | undefined;
  readonly details: unknown;

  constructor(status: number, code?: ErrorCode, details?: unknown) {
    super(code ?? `HTTP ${status}`);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Answers a documented code, with its documented status unless another is given. */
export function refuse(code: ErrorCode, options: { status?: number; details?: unknown } = {}): never {
  throw new Refusal(options.status ?? table[code][0], code, options.details);
}

/** Well-formed but not valid, and the contract names no code for it. */
export function unprocessable(): never {
  throw new Refusal(422);
}

/** The resource does not exist for the caller. */
export function notFound(): never {
  throw new Refusal(404);
}

/** The text of a code in the request's locale. */
export function message(code: ErrorCode, locale: Locale, status: number): string {
  const [, russian, english] = table[code];
  return (locale === 'ru_RU' ? russian : english).replace('{{ object.meta.code }}', String(status));
}

/** `errors.list` (section 2.3): every code with its titles. */
export function dictionary(): { code: string; title: Record<Locale, string> }[] {
  return Object.entries(table).map(([code, [, ru, en]]) => ({ code, title: { ru_RU: ru, en_US: en } }));
}
