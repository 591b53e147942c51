import type { InputRef, InputShapeFromTypeParam, ObjectRef } from '@pothos/core';
import type { Scope } from '../db/generated/enums.ts';
import type { DomainError } from '../errors.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { checkTexts } from './texts.ts';

/** A refusal's class, as the errors plugin matches it. */
// biome-ignore lint/suspicious/noExplicitAny: constructors differ in their arguments, and only their identity is used
type Refusal = new (...args: any[]) => DomainError;

interface MutationOptions<Input, Success> {
  description: string;
  /** `write`: key or session with that scope; `server`: the partner's server only; `admin`: the operator, or that server. */
  auth: { write: Scope } | { server: Scope | 'ANY' } | { adminOrServer: Scope | 'ANY' } | { admin: true };
  input: InputRef<Input>;
  success: ObjectRef<never, Success> | ObjectRef<typeof builder.$inferSchemaTypes, Success>;
  /** Every refusal that it can answer; one that is not listed is masked as a fault. */
  errors: Refusal[];
  resolve(input: NonNullable<Input>, context: Context): Promise<Success>;
}

/**
 * Declares a mutation in the form that all of them have: one `input`, and a union `<Name>Result` of the success and the
 * refusals. The field is nullable, so that a fault in one mutation does not erase the result of another in the document.
 */
export function mutation<Input, Success>(name: string, options: MutationOptions<Input, Success>): void {
  const { description, auth, input, success, errors, resolve } = options;
  const union = `${name[0]?.toUpperCase()}${name.slice(1)}Result`;
  builder.mutationField(name, (t) =>
    t.field({
      type: success as ObjectRef<typeof builder.$inferSchemaTypes, Success>,
      nullable: true,
      description,
      authScopes: 'adminOrServer' in auth ? { $any: { admin: true, server: auth.adminOrServer } } : auth,
      args: { input: t.arg({ type: input, required: true, description: 'What to do.' }) },
      errors: {
        types: errors,
        directResult: true,
        union: { name: union, description: `The answer of ${name}: its success, or why it was refused.` },
      },
      resolve: ((_root: unknown, args: { input: NonNullable<Input> }, context: Context) => {
        checkTexts(args);
        return resolve(args.input, context);
        // biome-ignore lint/suspicious/noExplicitAny: Pothos derives these shapes from the refs; the options above tie them
      }) as any,
    }),
  );
}

export type InputOf<Ref> =
  Ref extends InputRef<infer Shape> ? NonNullable<Shape> : InputShapeFromTypeParam<never, never, true>;
