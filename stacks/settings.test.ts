import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { readSettings, SettingsError } from "./settings";

/** As the engine gives the settings to the program: texts, and objects as JSON. */
const configOf = (values: Record<string, unknown>) =>
  ({
    get: (name: string) => values[name],
    getBoolean: (name: string) => values[name],
    getObject: (name: string) => values[name],
  }) as unknown as pulumi.Config;

describe("a stack's settings", () => {
  it("have defaults, and take an empty text for none", () => {
    const settings = readSettings(configOf({ sshKeyFile: "", knownHosts: "", imageRegistry: "" }));
    expect(settings).toEqual({
      sshKeyFile: undefined,
      knownHosts: undefined,
      preflight: true,
      imageSource: { registry: undefined, images: {} },
      channels: {},
    });
  });

  it("let an image that a person names win over one that was built here", () => {
    const { imageSource } = readSettings(
      configOf({ images: { grafana: "ours/grafana:1" }, builtImages: { grafana: "built:1", loki: "built:2" } }),
    );
    expect(imageSource.images).toEqual({ grafana: "ours/grafana:1", loki: "built:2" });
  });

  it("name the setting that is wrong, and what it may be", () => {
    const read = () => readSettings(configOf({ images: { grafan: "ours/grafana:1" } }));
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/Setting images: there is no service grafan \(there are: node-exporter, /);
  });
});
