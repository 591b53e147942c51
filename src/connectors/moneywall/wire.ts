import { z } from 'zod';
import { idText } from '../json.ts';
import { amount } from './money.ts';

/** Answers of contract 2 and A.2. Unknown fields are dropped; a missing one on which something rests fails the parse. */

/** MW-1. The address is shown to people as it is, so it has to be one of a web page. */
export const started = z.object({
  id: idText.refine((id) => id !== '', 'expected a number'),
  amount,
  frame_url: z.url({ protocol: /^https?$/ }),
});

/** MW-3. */
export const state = z.object({ order_id: z.string(), state: z.string() });

/** A.2, states of a period. */
export const states = z.array(state);

/** A.2, pre-check. */
export const precheck = z.object({ result: z.string() });

/** Contract 4: by convention only, so each of them may be absent or of another form. */
export const errorBody = z
  .object({ error: z.string().nullish().catch(null), field: z.string().nullish().catch(null) })
  .catch({ error: null, field: null });
