import { argumentsOf, type ContainerInputs, type ContainerRule, type DockerProviderRule } from "../rule";

/** Containers that share the host's network or see its processes, and why. */
export const sharingHost: Record<string, string> = {
  "node-exporter": "measures the host's network and processes, which are not to be seen from a network of its own",
};

/** As `--web.listen-address=10.0.0.80:9100`. */
const listener = /listen\S*=(.*):\d+$/;
const everyAddress = ["", "0.0.0.0", "::", "[::]", "*"];

export const portsOnAddress: ContainerRule = {
  name: "port-on-own-address",
  about: "container",
  description: "A port is published on one address of the server, never on all of them.",
  whatToDo: "Give every port an ip: the server's own address, as ServiceContainer does.",
  violations: ({ ports = [], publishAllPorts }) => [
    ...(publishAllPorts ? ["publishes every port of its image"] : []),
    ...ports
      .filter(({ ip }) => everyAddress.includes(ip ?? ""))
      .map(({ internal, external, ip }) => `publishes port ${external ?? internal} on ${ip || "every address"}`),
  ],
};

export const hostListenersOnAddress: ContainerRule = {
  name: "listener-on-own-address",
  about: "container",
  description: "What shares the host's network listens on one address of it, never on all of them.",
  whatToDo: "Name the address in its arguments, as --web.listen-address=10.0.0.80:9100.",
  violations: (container) => {
    if (container.networkMode !== "host") return [];
    const listeners = argumentsOf(container).flatMap((argument) => {
      const [, address] = listener.exec(argument) ?? [];
      return address === undefined ? [] : [{ argument, address }];
    });
    if (listeners.length === 0) return ["shares the host's network, and its arguments do not say where it listens"];
    return listeners
      .filter(({ address }) => everyAddress.includes(address))
      .map(({ argument }) => `listens on every address of the host: ${argument}`);
  },
};

export const ownNamespaces: ContainerRule = {
  name: "own-namespaces",
  about: "container",
  description: "A container has a network, processes, memory and users of its own, not the host's.",
  whatToDo: `Leave it its own, or name it and why in sharingHost (policy/rules/network.ts).`,
  violations: (container) => {
    const { networkMode, pidMode, ipcMode, usernsMode } = container;
    if (serviceOf(container) in sharingHost) return [];
    const modes = { networkMode, pidMode, ipcMode, usernsMode };
    return Object.entries(modes)
      .filter(([, mode]) => mode === "host" || mode?.startsWith("container:"))
      .map(([setting, mode]) => `has ${setting} ${mode}`);
  },
};

export const sshHostKeyKnown: DockerProviderRule = {
  name: "ssh-host-key-known",
  about: "docker-provider",
  description: "SSH goes only to a server whose key is known, without encryption nowhere.",
  whatToDo: "Make the provider's arguments with dockerProviderArgs (components/server/monitored-server.ts).",
  violations: ({ host = "", sshOpts }) => {
    if (/^(tcp|http):/.test(host)) return [`reaches Docker at ${host}, which asks nobody who they are`];
    if (!host.startsWith("ssh:")) return [];
    const options = JSON.stringify(sshOpts ?? []);
    return options.includes("StrictHostKeyChecking=yes") ? [] : [`goes to ${host} whatever its host key`];
  },
};

/** Which service a container is, by its label; empty when it has none. */
export function serviceOf({ labels = [] }: ContainerInputs): string {
  return labels.find(({ label }) => label === "monitoring.service")?.value ?? "";
}
