import { GraphQLError } from 'graphql';
import { assert } from '../lib/assert.ts';
import { isoText } from '../lib/iso-text.ts';
import { StoredFile } from '../lib/stored-file.ts';
import { asIs } from './as-is.ts';
import { builder } from './builder.ts';

function text(value: unknown, scalar: string, example: string): string {
  if (typeof value === 'string') return value;
  throw new GraphQLError(`${scalar} is a string such as "${example}".`, { extensions: { code: 'BAD_USER_INPUT' } });
}

function refuse(scalar: string, example: string): never {
  throw new GraphQLError(`${scalar} must be like "${example}".`, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** Is there such a day? JavaScript reads 30 February as 2 March. */
function isDate(given: string): boolean {
  const date = new Date(`${given}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(given) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(given);
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

builder.scalarType('DateTime', {
  description: 'An instant, ISO 8601 with offset; answered in UTC.',
  serialize: isoText,
  parseValue: (value) => {
    const given = text(value, 'DateTime', '2026-11-22T10:00:00+03:00');
    const date = new Date(given);
    const year = date.getUTCFullYear();
    return instant.test(given) && isDate(given.slice(0, 10)) && year >= 1 && year <= 9999
      ? date
      : refuse('DateTime', '2026-11-22T10:00:00+03:00');
  },
});

const local = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2})?(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

builder.scalarType('OffsetDateTime', {
  description: 'An instant in ISO 8601 whose offset is kept, because it says what day it is there (departures).',
  serialize: asIs,
  parseValue: (value) => {
    const example = '2026-11-22T10:00:00+03:00';
    const given = text(value, 'OffsetDateTime', example);
    const [, minutes, seconds = ':00', offset] = local.exec(given) ?? [];
    if (!minutes || !offset || !isDate(given.slice(0, 10)) || Number.isNaN(Date.parse(given)))
      return refuse('OffsetDateTime', example);
    return `${minutes}${seconds}${offset === 'Z' ? '+00:00' : offset}`;
  },
});

builder.scalarType('Date', {
  description: 'A calendar date, YYYY-MM-DD.',
  serialize: asIs,
  parseValue: (value) => {
    const given = text(value, 'Date', '1990-12-31');
    return isDate(given) ? given : refuse('Date', '1990-12-31');
  },
});

builder.scalarType('Decimal', {
  description:
    'An exact decimal number as a string, at its currency’s scale where it is money: "1237.50". Never a JSON number.',
  serialize: asIs,
  parseValue: (value) => text(value, 'Decimal', '1237.50'),
});

builder.scalarType('Currency', {
  description: 'ISO 4217 alphabetic code, such as RUB, USD, EUR or KZT.',
  serialize: asIs,
  parseValue: (value) => text(value, 'Currency', 'RUB'),
});

builder.scalarType('PhoneNumber', {
  description: 'E.164 with the plus sign: +79261111111. Masked (+7926•••1111) where the caller may not see it whole.',
  serialize: asIs,
  parseValue: (value) => text(value, 'PhoneNumber', '+79261111111'),
});

builder.scalarType('EmailAddress', {
  description: 'An e-mail address.',
  serialize: asIs,
  parseValue: (value) => {
    const given = text(value, 'EmailAddress', 'ivan@example.com');
    return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given) && given.length <= 254
      ? given
      : refuse('EmailAddress', 'ivan@example.com');
  },
});

const isWebAddress = (given: string): boolean => URL.canParse(given) && /^https?:$/.test(new URL(given).protocol);

builder.scalarType('URL', {
  description: 'An absolute web address: https://example.com/page.',
  serialize: (value) => {
    assert(isWebAddress(value), 'an address that is answered is absolute');
    return value;
  },
  parseValue: (value) => {
    const given = text(value, 'URL', 'https://example.com/page');
    return isWebAddress(given) && given.length <= 2_000 ? given : refuse('URL', 'https://example.com/page');
  },
});

builder.scalarType('Upload', {
  description: 'A file of a multipart request (graphql-multipart-request-spec); it is never answered.',
  serialize: () => refuse('Upload', 'a part of a multipart/form-data request'),
  parseValue: (value) =>
    value instanceof StoredFile ? value : refuse('Upload', 'a part of a multipart/form-data request'),
});

builder.scalarType('Cursor', {
  description: 'An opaque position in the event log, or in a connection.',
  serialize: asIs,
  parseValue: (value) => text(value, 'Cursor', 'AQ…'),
});
