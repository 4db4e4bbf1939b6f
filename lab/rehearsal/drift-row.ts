import type { Fleet } from "./fleet";

/** A row that `npm run drift --json` must have. */
export interface ExpectedRow {
  /** @default the row's own */
  server?: string;
  type: string;
  resource: string;
  what: RegExp;
  /** Settings that must be among its differences, and what of them was found. */
  differences?: Record<string, RegExp>;
}

/** A change that somebody makes behind the deployment's back. */
export interface InjectedDrift {
  /** What is done, in words. */
  drift: string;
  /** Where. */
  server: string;
  inject: (fleet: Fleet, server: string) => Promise<unknown>;
  /** What has to be said, and nothing else. */
  says: ExpectedRow[];
  /** Whether a deployment puts it right, which the report has to say too. @default true */
  repaired?: boolean;
  /** What a person does before the deployment, where it cannot put all of it right. */
  byHand?: (fleet: Fleet, server: string) => Promise<unknown>;
  /** What else may be named as not looked at, as what a stopped Grafana has in it. @default nothing */
  unreachable?: RegExp;
  /** It changes by itself while it is looked at, so that before and after cannot be compared. @default false */
  isRestless?: boolean;
  /** Nothing else may be done to its server at the same time. @default false */
  isAlone?: boolean;
}

/** A change that cannot be found. */
export interface UnseenDrift {
  drift: string;
  /** Why. */
  cannot: string;
}

export type DriftInjection = InjectedDrift | UnseenDrift;
