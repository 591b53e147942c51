import { z } from 'zod';
import { idText, integerText } from '../json.ts';
import { moscowTimestamp } from '../moscow.ts';

/** A bare integer, or the text of one; an object is none (trap T-02). */
export const clientId = z.union([integerText, z.string()]).refine((id) => /^\d+$/.test(id), 'expected a number');

const text = z.string().nullish();

/** Contract 2.3. */
const data = z.object({
  email: text,
  phone: text,
  first_name: text,
  last_name: text,
  third_name: text,
  passport_series: text,
  passport_number: text,
  birth_date: text,
  passport_issued_date: text,
  passport_issued_by: text,
  registration_address: text,
  additional_document_type: text,
  additional_document_number: text,
  identification_type: idText.nullish(),
  non_resident: z.boolean().nullish(),
});

/** Contract 2.4; `id` and `user_id` are compared and not relied upon (trap T-03). */
export const clientInfo = z.object({
  id: idText.nullish(),
  user_id: idText.nullish(),
  creation_date: moscowTimestamp.nullish().catch(null),
  last_notify_date: moscowTimestamp.nullish().catch(null),
  notify_type: z.string(),
  notify_period: z.string(),
  authorized: z.boolean(),
  data: data.nullish(),
});

export type WireClientInfo = z.output<typeof clientInfo>;
export type WireData = z.output<typeof data>;

/** Contract 4: whatever else an error says is opaque. */
export const errorBody = z.object({ message: z.string().nullish() }).catch({ message: null });
