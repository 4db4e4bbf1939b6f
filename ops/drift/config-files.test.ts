import { expect, it } from "vitest";
import { fileRows } from "./config-files";

const declared = {
  "/": "0755",
  "loki.yml": "0444 10001:10001 sha256:aaaa",
  "rules/": "0755",
  "rules/a.yml": "0444 10001:10001 sha256:bbbb",
};

function whatOf(found: Record<string, string>): string[] {
  return fileRows("server-84", "/srv/monitoring/loki", declared, found).map(({ type, resource, what }) =>
    [type, resource, what].join(" "),
  );
}

it("files that are as they were written are nothing to speak of", () => {
  expect(whatOf(declared)).toEqual([]);
});

it.each([
  ["0444 10001:10001 sha256:cccc", "was edited"],
  ["0644 10001:10001 sha256:aaaa", "has another mode"],
  ["0444 0:0 sha256:aaaa", "has another owner"],
  ["0600 0:0 sha256:cccc", "was edited, has another mode, has another owner"],
  ["symlink /etc/passwd", "was replaced by something else"],
])("%s: %s", (digest, what) => {
  expect(whatOf({ ...declared, "loki.yml": digest })).toEqual([`file /srv/monitoring/loki/loki.yml ${what}`]);
});

it("added, deleted, and the directory itself", () => {
  const { "rules/a.yml": _, ...rest } = declared;
  expect(whatOf({ ...rest, "/": "0700", "new.yml": "0644 0:0 sha256:dddd" })).toEqual([
    "directory /srv/monitoring/loki has another mode",
    "file /srv/monitoring/loki/new.yml was added",
    "file /srv/monitoring/loki/rules/a.yml was deleted",
  ]);
});

it("modes, owners and hashes are shown, contents never", () => {
  const [row] = fileRows("server-84", "/x", declared, { ...declared, "loki.yml": "0600 10001:10001 sha256:cccc" });
  expect(row?.differences).toEqual([
    { setting: "content", declared: "sha256:aaaa", found: "sha256:cccc" },
    { setting: "mode", declared: "0444", found: "0600" },
  ]);
});
