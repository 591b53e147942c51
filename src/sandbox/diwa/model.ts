/** What the emulated DiWa keeps. Names are the contract's; DiWa's documented methods move no money. */

export const notifyTypes = ['M', 'P', 'MP', 'N'] as const;
export type NotifyType = (typeof notifyTypes)[number];

export const notifyPeriods = ['INSTANT', 'DAY', 'WEEK', 'MONTH'] as const;
export type NotifyPeriod = (typeof notifyPeriods)[number];

/** Table 2.3, as it is answered: texts, but for the flag. Only what was sent is there. */
export type PersonData = Record<string, string | boolean>;

/** A validated request of `clients.create` (section 2.2). */
export interface NewClient {
  userId: number;
  authorized: boolean;
  notifyType: NotifyType;
  notifyPeriod: NotifyPeriod;
  data: PersonData | null;
}

export interface Client extends NewClient {
  id: number;
  createdAt: Date;
  lastNotifiedAt: Date | null;
}
