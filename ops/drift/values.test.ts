import { expect, it } from "vitest";
import { differencesIn, shown, withoutSecrets } from "./values";

it("texts that are JSON differ by what they say, panel by panel, without what Grafana assigns", () => {
  const dashboard = (panels: object[], version: number) => JSON.stringify({ title: "All", version, panels });
  const declared = dashboard([{ id: 1, title: "CPU", type: "stat", max: 90 }], 1);
  const found = dashboard([{ id: 7, title: "CPU", type: "stat", max: 50 }, { title: "Mine" }], 9);
  expect(differencesIn("dashboard", declared, found)).toEqual([
    { setting: "dashboard › panels › CPU › max", declared: "90", found: "50" },
    { setting: "dashboard › panels › Mine", declared: "nothing", found: '{"title":"Mine"}' },
  ]);
  expect(differencesIn("dashboard", declared, dashboard([{ id: 9, title: "CPU", type: "stat", max: 90 }], 3))).toEqual(
    [],
  );
});

it("of long lists only what is not in both is said", () => {
  const many = Array.from({ length: 20 }, (_, index) => `--option-${index}=value`);
  const [difference] = differencesIn("command", many, [...many.slice(1), "--new"]);
  expect(difference).toEqual({ setting: "command", declared: "--option-0=value", found: "--new" });
});

it("the order of a list is a difference", () => {
  expect(differencesIn("command", ["a", "b"], ["b", "a"])).toEqual([
    { setting: "command", declared: "a, b", found: "b, a" },
  ]);
});

it("passwords are not shown, whatever they stand in", () => {
  expect(withoutSecrets("--web.password=hunter2 --port=1")).toBe("--web.password=[secret] --port=1");
  expect(withoutSecrets("http://admin:hunter2@loki:3100")).toBe("http://[secret]@loki:3100");
  expect(shown({ header: "x", apiKey: "hunter2" })).toBe('{"header":"x","apiKey":[secret]}');
  expect(differencesIn("settings › basicAuthPassword", "hunter1", "hunter2")).toEqual([
    { setting: "settings › basicAuthPassword", declared: "[secret]", found: "[secret], but another" },
  ]);
});

it("what the engine holds back cannot be compared", () => {
  const held = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };
  expect(differencesIn("files", held, held)).toEqual([]);
  expect(differencesIn("image", "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "sha256:1")).toEqual([]);
});
