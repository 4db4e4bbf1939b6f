import type { EventState } from "./steps";

/** What a person calls a resource. */
export interface Thing {
  type: string;
  name: string;
}

/** Pulumi type → what people call it, and the settings that name it. */
const kinds: Record<string, { type: string; name: (inputs: Record<string, unknown>) => unknown }> = {
  "docker:index/container:Container": { type: "container", name: ({ name }) => name },
  "docker:index/network:Network": { type: "network", name: ({ name }) => name },
  "docker:index/volume:Volume": { type: "volume", name: ({ name }) => name },
  "docker:index/remoteImage:RemoteImage": { type: "image", name: ({ name }) => name },
  "pulumi-nodejs:dynamic/monitoring:ConfigDirectory": {
    type: "directory",
    name: ({ root, service }) => `${root}/${service}`,
  },
  "pulumi-nodejs:dynamic/monitoring:RunningContainer": {
    type: "running container",
    name: ({ container }) => container,
  },
  "grafana:oss/dashboard:Dashboard": { type: "dashboard", name: ({ configJson }) => titleIn(configJson) },
  "grafana:oss/folder:Folder": { type: "folder", name: ({ title }) => title },
  "grafana:oss/dataSource:DataSource": { type: "datasource", name: ({ name }) => name },
  "pulumi-nodejs:dynamic/appwrite:Database": { type: "database", name: ({ databaseId }) => databaseId },
  "pulumi-nodejs:dynamic/appwrite:Table": {
    type: "table",
    name: ({ databaseId, tableId }) => `${databaseId}/${tableId}`,
  },
  "pulumi-nodejs:dynamic/appwrite:Topic": { type: "topic", name: ({ topicId }) => topicId },
  "pulumi-nodejs:dynamic/appwrite:Function": { type: "function", name: ({ functionId }) => functionId },
  "pulumi-nodejs:dynamic/appwrite:Deployment": { type: "function code", name: ({ functionId }) => functionId },
  "pulumi-nodejs:dynamic/appwrite:FunctionVariables": {
    type: "function variables",
    name: ({ functionId }) => functionId,
  },
};

/** Settings whose own name says nothing to a person. */
const settingNames: Record<string, string> = {
  configJson: "dashboard",
  jsonDataEncoded: "settings",
  secureJsonDataEncoded: "secret settings",
  url: "URL",
  ipamConfigs: "addresses",
  marks: "secret variables",
  plain: "variables",
  content: "active code",
  imageId: "image",
  labels: "labels",
};

/** What a resource is called: by its own name where it is, else by the program's. */
export function thingOf(type: string, urn: string, state: EventState | undefined): Thing {
  const kind = kinds[type];
  const name = kind?.name({ ...state?.outputs, ...state?.inputs });
  return {
    type: kind?.type ?? type.replace(/^.*[:/]/, ""),
    name: typeof name === "string" && name !== "" ? name : (urn.split("::").at(-1) ?? urn),
  };
}

/** `restartPolicy` → `restart policy`. */
export function settingName(setting: string): string {
  return (
    settingNames[setting] ??
    setting.replace(/([a-z])([A-Z])/g, (_, before, after) => `${before} ${after.toLowerCase()}`)
  );
}

function titleIn(text: unknown): unknown {
  try {
    return JSON.parse(String(text)).title;
  } catch {
    return undefined;
  }
}
