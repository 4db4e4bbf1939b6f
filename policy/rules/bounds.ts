import type { ContainerRule } from "../rule";

export const memoryLimited: ContainerRule = {
  name: "memory-limited",
  about: "container",
  description: "A container's memory is limited, and swap does not stretch the limit.",
  whatToDo: "Set memory, in MiB, and memorySwap to the same.",
  violations: ({ memory = 0, memorySwap }) => {
    if (memory <= 0) return ["may take all of the host's memory"];
    return memorySwap === memory ? [] : ["may swap beyond its memory limit"];
  },
};

export const logsRotated: ContainerRule = {
  name: "logs-rotated",
  about: "container",
  description: "A container's log is rotated before it fills the disk.",
  whatToDo: 'Set logDriver to "json-file" (or "local") and logOpts to { "max-size": "10m", "max-file": "3" }.',
  violations: ({ logDriver, logOpts = {} }) => {
    const kept = ["json-file", "local"];
    if (!kept.includes(logDriver ?? "")) return [`writes its log by ${logDriver ?? "whatever driver the host has"}`];
    return ["max-size", "max-file"].filter((option) => !logOpts[option]).map((option) => `has no ${option} of its log`);
  },
};

export const restarted: ContainerRule = {
  name: "restarted",
  about: "container",
  description: "A container comes back after a crash and after a reboot, and stays away when somebody stopped it.",
  whatToDo: 'Set restart to "unless-stopped".',
  violations: ({ restart }) => (restart === "unless-stopped" ? [] : [`has the restart policy ${restart ?? "no"}`]),
};

export const healthChecked: ContainerRule = {
  name: "health-checked",
  about: "container",
  description: "A container has a health check, for which the deployment waits.",
  whatToDo: "Give it a healthcheck, see components/service-container/healthchecks.ts.",
  violations: ({ healthcheck }) => {
    const [kind, ...test] = healthcheck?.tests ?? [];
    return kind?.startsWith("CMD") && test.length > 0 ? [] : ["has no health check"];
  },
};

const ownerLabels = ["project", "stack", "server", "service"].map((name) => `monitoring.${name}`);

export const ownerLabelled: ContainerRule = {
  name: "owner-labelled",
  about: "container",
  description: "A container's labels say whose it is: project, stack, server and service.",
  whatToDo: "Give it the labels of its MonitoredServer: server.labels(service).",
  violations: ({ labels = [] }) => {
    const present = labels.filter(({ value }) => value).map(({ label }) => label);
    return ownerLabels.filter((label) => !present.includes(label)).map((label) => `has no label ${label}`);
  },
};
