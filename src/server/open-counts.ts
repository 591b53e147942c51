/** Counts what each caller has open in this process. */
export interface OpenCounts {
  /** @returns gives the place back, once; or null when the caller has as many as it may */
  take(name: string): (() => void) | null;
}

/** @param most how many one caller may have open at a time */
export function createOpenCounts(most: number): OpenCounts {
  const open = new Map<string, number>();
  return {
    take(name) {
      const before = open.get(name) ?? 0;
      if (before >= most) return null;
      open.set(name, before + 1);
      let taken = true;
      return () => {
        if (!taken) return;
        taken = false;
        const left = (open.get(name) ?? 0) - 1;
        if (left === 0) open.delete(name);
        else open.set(name, left);
      };
    },
  };
}
