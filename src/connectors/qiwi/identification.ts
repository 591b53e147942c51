import type { Log } from '../../lib/log.ts';
import type { DowngradeState, Identification, ProviderIdentification } from '../access.ts';
import { outcomeOf } from '../outcome.ts';
import type { IdentificationStatus, ProviderPerson, Unmapped } from '../values.ts';
import { protocol, unfit } from './answer.ts';
import { orNull, type Parts, watched } from './parts.ts';
import { levels } from './status.ts';
import type { WireIdentification } from './wire-person.ts';

/** IDENTIFICATION (contract 2.3, 3.3, 3.4). */
export function identificationCapability({ client, log }: Parts): Identification {
  const { person, downgrades } = client;
  return {
    operations: ['IDN-1', 'IDN-2', 'IDN-3', 'IDN-4', 'IDN-5'],
    required,
    submit: (call, owner) =>
      outcomeOf(async () => {
        const given = personOut(owner);
        const answer = await person.identify(call, given);
        if (answer.id !== numberOf(call.wallet?.number) && call.wallet)
          throw protocol('IDN-1', 'ECHO_MISMATCH', 'the answer is about another wallet');
        // data that fail the check leave the wallet where it was, with status 200
        return mapIdentification(answer, 'FAILED');
      }),
    async load(call) {
      const answer = await orNull(person.load(call));
      return answer && mapIdentification(answer, answer.passport ? 'DATA_ENTERED' : 'NOT_STARTED');
    },
    downgrades: {
      steps: [{ from: 'FULL', to: 'SIMPLIFIED' }],
      request: (call, to) =>
        outcomeOf(async () => {
          if (to !== 'SIMPLIFIED') throw unfit('IDN-3', 'The only step down is the one from FULL to SIMPLIFIED.');
          return { reference: (await downgrades.request(call, 'VERIFIED')).downgradeOperationId };
        }),
      confirm: (call, reference) =>
        outcomeOf(async () => ({ state: stateOf(log, await downgrades.confirm(call, reference)) })),
      status: async (call, reference) => stateOf(log, await downgrades.status(call, reference)),
    },
  };
}

const numberOf = (number: string | undefined): string | undefined => number?.replace(/\D/g, '');

const downgradeStates: Readonly<Record<string, DowngradeState>> = {
  IN_PROGRESS: 'PROCESSING',
  SUCCESS: 'COMPLETED',
  FAIL: 'FAILED',
};

function stateOf(
  log: Log,
  { downgradeOperation }: { downgradeOperation: { downgradeOperationId: string; status: { type: string } } },
): DowngradeState | Unmapped {
  const { type } = downgradeOperation.status;
  const state = downgradeStates[type] ?? 'UNKNOWN';
  watched(log, { reference: downgradeOperation.downgradeOperationId, state, providerState: type });
  return state;
}

/** What IDN-1 requires. */
const required = ['birthDate', 'firstName', 'middleName', 'lastName', 'passport'] as const;

/** The body of IDN-1: digits of documents only, "" for what is not known. @throws ProviderRejected that names what is missing */
function personOut(owner: ProviderPerson) {
  const { birthDate, firstName, middleName, lastName, passport, inn, snils, oms } = owner;
  const missing = required.filter((name) => !owner[name]);
  if (missing.length > 0) throw unfit('IDN-1', `The provider wants the owner's ${missing.join(', ')}.`);
  const digits = (text: string | null | undefined) => text?.replace(/\D/g, '') ?? '';
  return {
    birthDate: birthDate ?? '',
    firstName: firstName ?? '',
    middleName: middleName ?? '',
    lastName: lastName ?? '',
    passport: digits(passport),
    inn: digits(inn),
    snils: digits(snils),
    oms: digits(oms),
  };
}

/**
 * IDN-1 and IDN-2; the latter's numbers come masked and stay so.
 * @param without what a level stands for that proves nothing about the owner (trap T13)
 */
function mapIdentification(answer: WireIdentification, without: IdentificationStatus): ProviderIdentification {
  const level = levels[answer.type] ?? null;
  return {
    person: {
      firstName: answer.firstName || null,
      middleName: answer.middleName || null,
      lastName: answer.lastName || null,
      birthDate: answer.birthDate || null,
      passport: answer.passport || null,
      passportIssuedAt: null,
      inn: answer.inn || null,
      snils: answer.snils || null,
      oms: answer.oms || null,
    },
    status: level === null ? 'UNKNOWN' : level === 'NONE' ? without : 'VERIFIED',
    providerStatus: answer.type,
    changedAt: null,
    verifiedAt: null,
    level,
    providerLevel: answer.type,
  };
}
