import { z } from 'zod';
import { ControlError } from '../control-error.ts';
import { type Action, action } from '../provider.ts';
import { walletNumber, walletOf } from './actions-input.ts';
import { processDowngrade } from './downgrade.ts';
import type { World } from './world.ts';

const byWallet = z.strictObject({ wallet: walletNumber });

const person = z.strictObject({
  birthDate: z.iso.date(),
  firstName: z.string(),
  middleName: z.string(),
  lastName: z.string(),
  passport: z.string().regex(/^\d+$/),
  inn: z.string().nullable().default(null),
  snils: z.string().nullable().default(null),
  oms: z.string().nullable().default(null),
});

const identification = byWallet.extend({
  level: z.enum(['ANONYMOUS', 'SIMPLE', 'VERIFIED', 'FULL']).optional(),
  person: person.nullable().optional(),
  passportExpired: z.boolean().optional(),
});

/** What the provider's staff decides about a wallet's owner. */
export function personActions(world: World): Record<string, Action> {
  return {
    'person.identification': action(
      'set the identification of a wallet: level, person (null for none), passportExpired',
      identification,
      ({ wallet, ...input }) => {
        const { identification: held } = walletOf(world, wallet);
        if (input.level !== undefined) held.level = input.level;
        if (input.person !== undefined) held.person = input.person;
        if (input.passportExpired !== undefined) held.passportExpired = input.passportExpired;
        return held;
      },
    ),
    'person.check': action(
      'decide how the next checks of identification data end (IDN-1): pass or fail',
      z.strictObject({ result: z.enum(['pass', 'fail']), times: z.number().int().min(1).default(1) }),
      ({ result, times }) => {
        for (let n = 0; n < times; n += 1) world.nextChecks.push(result);
      },
    ),
    'downgrade.settle': action(
      'end a confirmed downgrade: SUCCESS or FAIL',
      z.strictObject({ id: z.uuid(), result: z.enum(['SUCCESS', 'FAIL']).default('SUCCESS') }),
      ({ id, result }) => {
        const downgrade = world.downgrades.get(id);
        if (downgrade === undefined) throw new ControlError(`no downgrade operation ${id}`);
        if (!downgrade.confirmed) throw new ControlError(`downgrade operation ${id} is not confirmed`);
        processDowngrade(downgrade, result);
        return { status: downgrade.status };
      },
    ),
    nickname: action(
      'change the nickname of a wallet, or what may be done with it',
      byWallet.extend({
        nickname: z.string().optional(),
        canChange: z.boolean().optional(),
        canUse: z.boolean().optional(),
      }),
      ({ wallet, nickname, canChange, canUse }) => {
        const held = walletOf(world, wallet).nickname;
        if (nickname !== undefined) held.nickname = nickname;
        if (canChange !== undefined) held.canChange = canChange;
        if (canUse !== undefined) held.canUse = canUse;
        return held;
      },
    ),
  };
}
