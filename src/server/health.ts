/** What readiness looks at. */
export interface HealthSources {
  /** Asks the database something trivial. */
  database(): Promise<unknown>;
  /** Is the event tail connected? */
  events(): boolean;
  /** Has the gateway begun to stop? */
  draining(): boolean;
}

/** May this process be sent requests, and if not, why? */
export interface Readiness {
  status: 'ready' | 'not ready';
  checks: Record<'database' | 'events' | 'accepting', 'ok' | 'failing'>;
}

const ANSWER_WITHIN_MS = 2_000;

/** Looks at everything that a request needs. */
export async function readiness(sources: HealthSources): Promise<Readiness> {
  const word = (ok: boolean) => (ok ? 'ok' : 'failing');
  const checks = {
    database: word(await answersInTime(sources.database())),
    events: word(sources.events()),
    accepting: word(!sources.draining()),
  } as const;
  return { status: Object.values(checks).every((check) => check === 'ok') ? 'ready' : 'not ready', checks };
}

async function answersInTime(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ANSWER_WITHIN_MS);
  });
  const answered = work.then(
    () => true,
    () => false,
  );
  const result = await Promise.race([answered, late]);
  clearTimeout(timer);
  return result;
}
