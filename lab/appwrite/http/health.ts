import { ok, type Route, route } from "./router";

/** What the server says it is. */
export const version = "1.8.1";

/** `/health`, for any key; `/health/version`, for callers without one. */
export function healthRoutes(): Route[] {
  return [
    route("GET", "/health", ["health.read"], {}, () => ok({ name: "http", status: "pass", ping: 0 })),
    route("GET", "/health/version", ["public"], {}, () => ok({ version })),
  ];
}
