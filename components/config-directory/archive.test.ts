import { buffer } from "node:stream/consumers";
import tar from "tar-stream";
import { expect, it } from "vitest";
import { digestsOf, directoriesOf, expectedDigests, pack } from "./archive";

const files = {
  "a.yml": { content: "a" },
  "rules/deep/b.yml": { content: "b" },
  "secrets/key": { content: "k", secret: true },
};

/** An archive as `docker cp CONTAINER:/config -` makes it: everything below one folder. */
async function asDockerSends(entries: Parameters<tar.Pack["entry"]>[0][], content = "a"): Promise<Buffer> {
  const archive = tar.pack();
  for (const entry of entries) archive.entry(entry, entry.type === "file" ? content : "");
  archive.finalize();
  return buffer(archive);
}

it("directories come parents first", () => {
  expect(directoriesOf(files)).toEqual(["rules", "rules/deep", "secrets"]);
});

it("what is packed has the owner and the modes that are expected later", async () => {
  const packed = await digestsOf(
    await pack({ "config/a.yml": { content: "a" }, "config/s": { content: "k", secret: true } }, 65534),
  );
  expect(packed).toEqual({
    "a.yml": expectedDigests(files, 65534)["a.yml"],
    s: "0400 65534:65534 sha256:8254c329a92850f6",
  });
});

it("a secret is readable by its owner alone", () => {
  expect(expectedDigests(files, 472)["secrets/key"]).toMatch(/^0400 472:472 /);
  expect(expectedDigests(files, 472)["a.yml"]).toMatch(/^0444 472:472 /);
});

it("an edited file, another owner, another mode, a link and a new file all differ", async () => {
  const expected = expectedDigests({ "a.yml": { content: "a" } }, 1);
  const file = { name: "config/a.yml", type: "file", mode: 0o444, uid: 1, gid: 1 } as const;
  const folder = { name: "config/", type: "directory", mode: 0o755 } as const;
  expect(await digestsOf(await asDockerSends([folder, file]))).toEqual(expected);
  expect(await digestsOf(await asDockerSends([folder, file], "b"))).not.toEqual(expected);
  expect(await digestsOf(await asDockerSends([folder, { ...file, uid: 2 }]))).not.toEqual(expected);
  expect(await digestsOf(await asDockerSends([folder, { ...file, mode: 0o644 }]))).not.toEqual(expected);
  expect(await digestsOf(await asDockerSends([{ ...folder, mode: 0o700 }, file]))).not.toEqual(expected);
  expect(await digestsOf(await asDockerSends([folder, file, { ...file, name: "config/new.yml" }]))).toHaveProperty(
    "new.yml",
  );
  const link = await digestsOf(
    await asDockerSends([folder, { name: "config/a.yml", type: "symlink", linkname: "/etc/passwd" }]),
  );
  expect(link["a.yml"]).toBe("symlink /etc/passwd");
});
