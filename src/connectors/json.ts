import { isLosslessNumber, LosslessNumber, parse, stringify } from 'lossless-json';
import { z } from 'zod';

/**
 * JSON in which a number keeps its source text: 8.74 through a double is already wrong at size.
 * @throws SyntaxError when the text is no JSON
 */
export const parseJson = (text: string): unknown => parse(text);

/** JSON text of a value; numbers made by `jsonNumber` are written digit by digit. */
export const stringifyJson = (value: unknown): string => stringify(value) ?? 'null';

/** A number for a request body, from its decimal text. */
export const jsonNumber = (text: string): LosslessNumber => new LosslessNumber(text);

/** zod: a JSON number as its source text. */
export const numberText = z
  .custom<LosslessNumber>(isLosslessNumber, 'expected a number')
  .transform((number) => number.value);

/** zod: a JSON integer as its source text, for ids of any length. */
export const integerText = numberText.refine((text) => /^-?\d+$/.test(text), 'expected an integer');

/** zod: a small JSON integer (a count, a length, seconds) as a JavaScript number. */
export const smallInteger = integerText
  .refine((text) => text.length <= 15, 'expected a small integer')
  .transform((text) => Number.parseInt(text, 10));

/** zod: a JSON number of measurement (a coordinate), where a double is what is wanted. */
export const measure = numberText.transform((text) => z.coerce.number().parse(text));

/** zod: an id written as a number or as text, kept as text. */
export const idText = z.union([z.string(), integerText]);
