/** A control call that cannot be served: unknown provider or action, or an action that the state does not allow. */
export class ControlError extends Error {}
