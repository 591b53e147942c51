/** The requests of the golden examples (section 5). */

/** MW-1 as the documents print it: `expires_at` without a zone, `product_type` without `product`. */
export const documented = {
  phone: '79031232299',
  email: 'test@test.com',
  amount: 10000,
  calculated_credit_cost: 12000,
  success_callback_url: 'http://yoursite.com/callbacks/success',
  failure_callback_url: 'http://yoursite.com/callbacks/failure',
  redirect_url: 'http://yoursite.com/order/234',
  order_id: 'partner_order_id',
  web_mode: 'standalone',
  original_provider_order_id: 'original_provider_order_id',
  expires_at: '2017-07-01T00:00:00',
  product_type: 'airline_tickets',
};

export const flight = {
  aircraft: '737',
  departure_dt: '2016-12-10T08:00:00+03:00',
  arrival_dt: '2016-12-10T10:00:00+03:00',
  book_code: 'Y',
  orig: 'SVO',
  dest: 'VIE',
  flight_number: '606',
  marketing_ac: 'SU',
  operating_ac: 'SU',
};

export const passenger = {
  first_name: 'Ivan',
  middle_name: 'Aleksandrovich',
  last_name: 'Ivanon',
  document_type: 'international_passport',
  document_number: '349287349',
  birth_date: '1987-07-18',
};

export const product = {
  cabin_type: 'economy',
  validating_airline: 'SU',
  segments: [{ flights: [flight] }],
  passengers: [passenger],
};

export const localPassport = {
  birth_date: '1987-07-18',
  issue_date: '2001-01-01',
  number: '4444333222',
  last_name: 'Иванов',
  first_name: 'Иван',
  middle_name: 'Александрович',
  sex: 'female',
  issuing_authority: 'ОВД Района Калитники',
  authority_code: '663402',
};

export const address = {
  city: 'Москва',
  street: 'ул. Китобойцев',
  building: '3',
  housing: '1',
  apartment: '616',
  postcode: '111123',
};

export const internationalPassport = {
  country_code: 'RU',
  birth_date: '1987-07-18',
  expiration_date: '2020-01-01',
  number: '723902034',
  first_name: 'Ivanov',
  last_name: 'Ivan',
};

export const meta = {
  client_orders_count: 14,
  client_login: true,
  orders_count: 3,
  book_code: 'Y',
  original_provider_order_id: 'AB123-45',
};

/** MW-1 with every rule kept. */
export const derived = {
  phone: '79588249424',
  email: 'user@gmail.com',
  amount: 10000,
  calculated_credit_cost: 12000,
  success_callback_url: 'http://yoursite.com/callbacks/success',
  failure_callback_url: 'http://yoursite.com/callbacks/failure',
  redirect_url: 'http://yoursite.com/order/AB123-45',
  order_id: 'vpih-234lgh',
  web_mode: 'standalone',
  original_provider_order_id: 'AB123-45',
  expires_at: '2017-07-01T15:00:00+03:00',
  product_type: 'airline_tickets',
  product,
  local_passport: localPassport,
  address,
  international_passport: internationalPassport,
  meta,
};
