import type { HouseRule } from "./rule";
import { healthChecked, logsRotated, memoryLimited, ownerLabelled, restarted } from "./rules/bounds";
import { containerRunsImage, imageByDigest, imagePinned } from "./rules/images";
import { hostListenersOnAddress, ownNamespaces, portsOnAddress, sshHostKeyKnown } from "./rules/network";
import {
  capabilitiesDropped,
  hostMountsReadOnly,
  namedUser,
  noNewPrivileges,
  notPrivileged,
  readOnlyRoot,
} from "./rules/rights";
import { noKnownSecretShown, noSecretInEnvironment } from "./rules/secrets";

/** The house rules, all of them mandatory. */
export const houseRules: HouseRule[] = [
  imagePinned,
  imageByDigest,
  containerRunsImage,
  portsOnAddress,
  hostListenersOnAddress,
  ownNamespaces,
  sshHostKeyKnown,
  notPrivileged,
  capabilitiesDropped,
  noNewPrivileges,
  readOnlyRoot,
  namedUser,
  hostMountsReadOnly,
  memoryLimited,
  logsRotated,
  restarted,
  healthChecked,
  ownerLabelled,
  noSecretInEnvironment,
  noKnownSecretShown,
];
