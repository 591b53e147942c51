/** How a scalar is written whose values are texts already. A compiled document leaves it out. */
export const asIs = (value: unknown): unknown => value;
