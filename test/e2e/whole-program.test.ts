import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TriedProgram } from "./tried-program";

/** A program that stops half way, under the real engine: as it is, the engine would take it for one that wants nothing. */
describe("a program that waits for what can no longer come", () => {
  const program = new TriedProgram("whole");
  const deploy = () => program.pulumi("up", "--yes", "--skip-preview", "--continue-on-error");
  const resources = async () => {
    const { deployment } = JSON.parse(await program.pulumi("stack", "export"));
    return deployment.resources.map(({ urn }: { urn: string }) => urn.split("::").at(-1)).sort();
  };

  beforeAll(async () => {
    await program.init({});
    await deploy();
    expect(await resources()).toEqual(expect.arrayContaining(["first", "second"]));
  });
  afterAll(() => program.remove());

  it.each([
    ["before its resources", /The program waits for what can no longer come\. Nothing was deleted/],
    ["in a resource", /The Pulumi runtime detected that/],
  ])("%s fails, and what it had deployed stays", async (waits, says) => {
    const before = await resources();
    await program.pulumi("config", "set", "waits", waits);
    await expect(deploy()).rejects.toThrow(says);
    expect(await resources()).toEqual(before);
  });

  it("is deployed as a whole when it no longer does", async () => {
    await program.pulumi("config", "rm", "waits");
    await deploy();
    expect(JSON.parse(await program.pulumi("stack", "output", "--json"))).toEqual({ isWhole: true });
  });
});
