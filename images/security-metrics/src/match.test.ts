import { expect, it } from "vitest";
import { matcherOf } from "./match";

it("a path means itself and, for a folder, what is in it", () => {
  const matches = matcherOf(["/srv/cache/", "/opt/tool"]);
  expect(matches("/srv/cache")).toBe(true);
  expect(matches("/srv/cache/a/b")).toBe(true);
  expect(matches("/opt/tool")).toBe(true);
  expect(matches("/opt/tool2")).toBe(false);
  expect(matches("/srv")).toBe(false);
});

it("a star stands for anything but a slash, two for anything", () => {
  expect(matcherOf(["/tmp/.mount_*"])("/tmp/.mount_Editor1/usr/bin/editor")).toBe(true);
  expect(matcherOf(["/home/*/.cache"])("/home/a/b/.cache")).toBe(false);
  expect(matcherOf(["/home/**/.cache"])("/home/a/b/.cache")).toBe(true);
});

it("other characters stand for themselves", () => {
  expect(matcherOf(["/srv/a+b.(c)"])("/srv/a+b.(c)")).toBe(true);
  expect(matcherOf(["/srv/a.c"])("/srv/abc")).toBe(false);
});

it("no pattern matches nothing", () => {
  expect(matcherOf([])("/")).toBe(false);
});
