import type { ContainerRule } from "../rule";
import { serviceOf } from "./network";

/** Containers that may run with all rights of the host's root: none. */
export const privileged: string[] = [];

/** Capabilities that a service may have besides none: service → capabilities. */
export const allowedCapabilities: Record<string, string[]> = {
  // Other users' processes, and the kernel's log of containers killed for want of memory.
  cadvisor: ["CAP_SYS_PTRACE", "CAP_SYSLOG"],
  // Files of others, and what processes have open; see images/security-metrics/README.md.
  "security-metrics": ["CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE"],
};

/** Services that run as root, and why. */
export const asRoot: Record<string, string> = {
  cadvisor: "only root may read other users' cgroups and Docker's socket",
  promtail: "only root may ask Docker's socket, whose group has another number on every host",
  "security-metrics": "Docker gives capabilities to user 0 alone",
};

export const notPrivileged: ContainerRule = {
  name: "not-privileged",
  about: "container",
  description: "No container is privileged.",
  whatToDo: "Give it the single capabilities or devices that it needs.",
  violations: (container) =>
    container.privileged && !privileged.includes(serviceOf(container)) ? ["is privileged"] : [],
};

export const capabilitiesDropped: ContainerRule = {
  name: "capabilities-dropped",
  about: "container",
  description: "Every Linux capability is dropped, and only those come back that the service is known to need.",
  whatToDo: "Do without it, or name it and why in allowedCapabilities (policy/rules/rights.ts).",
  violations: (container) => {
    const { drops = [], adds = [] } = container.capabilities ?? {};
    const allowed = allowedCapabilities[serviceOf(container)] ?? [];
    return [
      ...(drops.includes("ALL") ? [] : ["keeps Docker's usual capabilities"]),
      ...adds.filter((one) => !allowed.includes(one)).map((one) => `has the capability ${one}`),
    ];
  },
};

export const noNewPrivileges: ContainerRule = {
  name: "no-new-privileges",
  about: "container",
  description: "No process of a container can get more rights than it began with.",
  whatToDo: 'Have "no-new-privileges" among its securityOpts.',
  violations: ({ securityOpts = [] }) =>
    securityOpts.some((option) => /^no-new-privileges(:true)?$/.test(option)) ? [] : ["may get new privileges"],
};

export const readOnlyRoot: ContainerRule = {
  name: "read-only-root",
  about: "container",
  description: "A container's root file system is read-only.",
  whatToDo: "Set readOnly, and give what it writes a volume or a tmpfs.",
  violations: ({ readOnly }) => (readOnly ? [] : ["can write to its own image"]),
};

export const namedUser: ContainerRule = {
  name: "user-not-root",
  about: "container",
  description: "A container runs as a user that is not root, but for the services that are known to need it.",
  whatToDo: "Give it the user that its image is made for, or name it and why in asRoot (policy/rules/rights.ts).",
  violations: (container) => {
    const { user } = container;
    if (!user) return ["runs as whatever user its image names"];
    const isRoot = /^(0|root)(:|$)/.test(user);
    return isRoot && !(serviceOf(container) in asRoot) ? ["runs as root"] : [];
  },
};

export const hostMountsReadOnly: ContainerRule = {
  name: "host-mounts-read-only",
  about: "container",
  description: "What a container sees of the host, Docker's socket above all, it sees read-only.",
  whatToDo: "Mount it with readOnly; what the service writes goes to a volume of its own.",
  violations: ({ mounts = [], volumes = [], devices = [] }) => [
    ...mounts
      .filter(({ type, readOnly }) => type === "bind" && !readOnly)
      .map(({ source, target }) => `can write to ${source || "a folder"} of the host, as ${target}`),
    ...volumes
      .filter(({ hostPath, readOnly }) => hostPath && !readOnly)
      .map(({ hostPath, containerPath }) => `can write to ${hostPath} of the host, as ${containerPath}`),
    ...devices
      .filter(({ permissions = "rwm" }) => permissions !== "r")
      .map(({ hostPath }) => `can write to the device ${hostPath}`),
  ],
};
