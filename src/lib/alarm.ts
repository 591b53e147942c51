/** Wakes whoever waits for work. */
export interface Alarm {
  ring(): void;
  /** @param mostMs wake up by then, rung or not */
  wait(mostMs: number): Promise<void>;
}

/** `wait` lasts until `ring`, or not at all when it rang since the last wait. */
export function createAlarm(): Alarm {
  let rung = false;
  let wakeUp: () => void = () => undefined;
  return {
    ring() {
      rung = true;
      wakeUp();
    },
    async wait(mostMs) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, mostMs);
          wakeUp = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
    },
  };
}
