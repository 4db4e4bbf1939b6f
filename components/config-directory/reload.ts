import type { Credential } from "../credentials/credentials";

/** How a service takes over a changed configuration. */
export type Reload =
  /** It reads its files at every request. */
  | { by: "itself" }
  /** `POST path` answers 200 once the new configuration is in force, and says why when it is not. */
  | {
      by: "request";
      port: number;
      path: string;
      user?: string;
      password?: string;
      /**
       * It has read the new configuration when it is asked, and may have to finish something first that depends on
       * others: no answer in time is no failure. @default false
       */
      mayBeLate?: boolean;
      /**
       * Part of what it answers, in place of 200, when it has in memory already what it reads: as after files that were
       * edited behind its back are put back.
       */
      unchanged?: string;
    }
  /** It cannot reload: its process is started again, in the same container. */
  | { by: "restart" };

/** `POST /-/reload`, as Prometheus and Alertmanager offer it, with the password that the service asks for. */
export function lifecycleReload(port: number, { user, password }: Credential): Reload {
  return { by: "request", port, path: "/-/reload", user, password };
}
