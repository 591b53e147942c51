import type { PersonInput } from '../../schema/operations.ts';
import type { ProviderAccount } from '../../src/db/generated/client.ts';
import { createProviderAccount } from '../../src/domain/provider/create-provider-account.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import type { TestApp } from './app.ts';
import { atEnd } from './at-end.ts';

/** The token that the emulator takes from the start. */
export const TOKEN = 'YOUR-API-TOKEN';

/** A client as the emulator keeps it. */
export interface DiwaClient {
  id: number;
  userId: number;
  authorized: boolean;
  notifyType: string;
  notifyPeriod: string;
  data: Record<string, string | boolean> | null;
}

/** A DiWa emulator and a partner's account at it. */
export interface TestDiwa {
  sandbox: Sandbox;
  account: ProviderAccount;
  /** Runs a control action of the emulator; see src/sandbox/README.md. */
  act(action: string, input?: unknown): unknown;
  /** The clients that the emulator has now, but for those of its seed. */
  clients(): DiwaClient[];
}

/** Opens an account of the partner at DiWa, wherever `baseUrl` leads. */
export const diwaAccount = (
  gateway: TestApp,
  partnerId: string,
  { baseUrl, token = TOKEN, name = 'Test DiWa' }: { baseUrl: string; token?: string; name?: string },
): Promise<ProviderAccount> =>
  createProviderAccount(gateway.deps, { partnerId, provider: 'DIWA', name, baseUrl, credentials: { token } });

/** Starts an emulator and opens an account of the partner at it. */
export async function startDiwa(gateway: TestApp, partnerId: string): Promise<TestDiwa> {
  const sandbox = await startSandbox({ port: 0 });
  atEnd(() => sandbox.close());
  const account = await diwaAccount(gateway, partnerId, { baseUrl: `${sandbox.url}/diwa` });
  return {
    sandbox,
    account,
    act: (action, input) => sandbox.control.act('diwa', action, input),
    clients() {
      const { providers } = sandbox.control.state('diwa') as { providers: { diwa: { clients: DiwaClient[] } } };
      return providers.diwa.clients.filter(({ userId }) => userId !== 9001 && userId !== 9002);
    },
  };
}

/** A person of whom nothing is missing that DiWa wants to know. */
export const wholePerson = {
  firstName: 'Zinaida',
  middleName: 'Pavlovna',
  lastName: 'Sokolova',
  birthDate: '1987-03-14',
  phone: '+79261234567',
  email: 'zina@post.example',
  passport: '4510 987654',
  passportIssuedAt: '2010-05-06',
  passportIssuedBy: 'OVD Arbat, Moscow',
  inn: '770123456789',
  address: 'Moscow, Arbat 1, 2',
  nonResident: false,
} satisfies PersonInput;
