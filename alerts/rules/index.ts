import type { AlertRule } from "../rule";
import * as containers from "./containers";
import * as database from "./database";
import * as infrastructure from "./infrastructure";
import * as mlops from "./mlops";
import * as monitoring from "./monitoring";
import * as network from "./network";
import * as performance from "./performance";
import * as resource from "./resource";
import * as security from "./security";
import * as storage from "./storage";
import * as system from "./system";

/**
 * Every rule there is, category by category and by name (modules do not keep the order of their exports); a rule is
 * added by exporting one more from its category's file.
 */
export const rules: AlertRule[] = [
  infrastructure,
  performance,
  resource,
  storage,
  network,
  system,
  containers,
  monitoring,
  database,
  mlops,
  security,
].flatMap((category) => Object.values<AlertRule>(category).sort((a, b) => (a.name < b.name ? -1 : 1)));
