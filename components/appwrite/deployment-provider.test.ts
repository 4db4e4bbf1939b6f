import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { AppwriteException, Functions, type Models, type Runtime } from "node-appwrite";
import { InputFile } from "node-appwrite/file";
import tar from "tar-stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AppwriteStandIn } from "../../lab/appwrite/server";
import { contentHash, readBundle } from "./bundle";
import { type DeploymentInputs, type DeploymentState, deploymentKind } from "./deployment-provider";
import { connectionTo, impatient, keys, somebody, TriedResource } from "./testing";

/** A bundle whose function answers with this. */
async function bundleOf(answer: string): Promise<Buffer> {
  const archive = tar.pack();
  const content = `module.exports = ({ res }) => res.text(${JSON.stringify(answer)});`;
  archive.entry({ name: "main.js", mtime: new Date(0) }, content);
  archive.finalize();
  return gzipSync(await buffer(archive));
}

describe("a function's code", () => {
  const functionId = "alert-processor";
  let folder: string;
  let said: ReturnType<typeof vi.spyOn>;
  let appwrite: AppwriteStandIn;
  let code: TriedResource<DeploymentInputs, DeploymentState>;
  const byHand = () => somebody(appwrite).functions;
  const deployments = async (): Promise<Models.Deployment[]> =>
    (await byHand().listDeployments({ functionId })).deployments;
  const active = async () => (await byHand().get({ functionId })).deploymentId;
  const runs = async () => (await byHand().createExecution({ functionId, async: false })).responseBody;

  /** The inputs for a bundle that answers with this. */
  async function inputsFor(answer: string, rest: Partial<DeploymentInputs> = {}): Promise<DeploymentInputs> {
    const archive = path.join(folder, `${answer}.tar.gz`);
    writeFileSync(archive, await bundleOf(answer));
    const content = await contentHash(readBundle(archive));
    const build = { runtime: "node-22", entrypoint: "main.js" };
    return { connection: connectionTo(appwrite), functionId, archive, content, ...build, ...rest };
  }

  async function deployByHand(answer: string): Promise<string> {
    const file = InputFile.fromBuffer(await bundleOf(answer), "code.tar.gz");
    const { $id } = await byHand().createDeployment({ functionId, code: file, activate: true });
    await vi.waitFor(async () => expect(await active()).toBe($id));
    return $id;
  }

  /** What the stand-in does not have: the code as it was uploaded. */
  function offerDownloads(): void {
    vi.spyOn(Functions.prototype, "getDeploymentDownload").mockImplementation((async (asked: unknown) => {
      const { deploymentId } = asked as { deploymentId: string };
      const file = path.join(folder, "appwrite", "deployments", `${deploymentId}.tar.gz`);
      if (!existsSync(file)) throw new AppwriteException("Deployment not found", 404, "deployment_not_found");
      return new Uint8Array(readFileSync(file)).buffer;
    }) as Functions["getDeploymentDownload"]);
  }

  beforeEach(async () => {
    said = vi.spyOn(console, "info").mockImplementation(() => {});
    folder = mkdtempSync(path.join(os.tmpdir(), "bundles-"));
    appwrite = await AppwriteStandIn.start({ projectId: "tried", keys, folder: path.join(folder, "appwrite") });
    appwrite.delayStates(5);
    await byHand().create({ functionId, name: functionId, runtime: "node-22" as Runtime, entrypoint: "main.js" });
    code = new TriedResource(deploymentKind);
    offerDownloads();
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await appwrite.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is uploaded, built, and active when that is done; and once", async () => {
    const inputs = await inputsFor("one");
    expect(await code.up(inputs)).toBe("create");
    expect(await runs()).toBe("one");
    expect(await code.up(inputs)).toBe("same");
    expect(await code.refresh()).toBe("same");
    // It was not to become active by itself.
    expect(await deployments()).toMatchObject([{ status: "ready", activate: false }]);
    expect(said).not.toHaveBeenCalled();
  });

  it("that we deployed ourselves is known without a look at it", async () => {
    await code.up(await inputsFor("one"));
    vi.mocked(Functions.prototype.getDeploymentDownload).mockClear();
    expect(await code.refresh()).toBe("same");
    expect(Functions.prototype.getDeploymentDownload).not.toHaveBeenCalled();
  });

  it("is replaced when its content changes; the old one answers until the new one is built", async () => {
    await code.up(await inputsFor("one"));
    const first = await active();
    appwrite.delayStates(60);
    const deployed = code.up(await inputsFor("two"));
    await vi.waitFor(async () => expect((await deployments()).map(({ status }) => status)).toContain("building"));
    expect(await active()).toBe(first);
    expect(await runs()).toBe("one");
    expect(await deployed).toBe("update");
    expect(await runs()).toBe("two");
  });

  it("that cannot be built is an error with the end of the log, and the old one goes on", async () => {
    await code.up(await inputsFor("one"));
    appwrite.failNextBuild(`${"noise\n".repeat(50)}SyntaxError: Unexpected token`);
    const message = await code.up(await inputsFor("two")).catch((error: Error) => error.message);
    expect(message).toMatch(
      /function alert-processor: deployment \w+: its build failed; the deployment before it goes on[\s\S]*\nSyntaxError/,
    );
    expect(String(message).match(/noise/g)).toHaveLength(19);
    expect(await runs()).toBe("one");
    expect(await code.refresh()).toBe("same");
    expect(await code.up(await inputsFor("two"))).toBe("update");
    expect(await runs()).toBe("two");
  });

  it("that is not built in time, or whose build somebody cancels, is an error that says so", async () => {
    appwrite.delayStates(60_000);
    const hasty = new TriedResource(deploymentKind, impatient);
    await expect(hasty.up(await inputsFor("one"))).rejects.toThrow(/deployment \w+: still waiting after 1 s/);
    const canceled = code.up(await inputsFor("two"));
    await vi.waitFor(async () => {
      const [newest] = (await deployments()).slice(-1);
      expect(await deployments()).toHaveLength(2);
      await byHand().updateDeploymentStatus({ functionId, deploymentId: newest?.$id ?? "" });
    });
    await expect(canceled).rejects.toThrow(/somebody has canceled its build/);
  });

  it("keeps the last three deployments, the active one among them", async () => {
    for (const answer of ["one", "two", "three", "four", "five"]) await code.up(await inputsFor(answer));
    expect(await deployments()).toHaveLength(3);
    expect(await runs()).toBe("five");
    expect(await code.up(await inputsFor("four"))).toBe("update");
    expect(await runs()).toBe("four");
    expect(await deployments()).toHaveLength(3);
  });

  it("of another deployment that somebody activated is drift, and ours is activated again, not uploaded", async () => {
    const inputs = await inputsFor("one");
    await code.up(inputs);
    const own = await active();
    await deployByHand("theirs");
    expect(await code.refresh()).toBe("drift");
    expect(code.state.content).toBe(await contentHash(await bundleOf("theirs")));
    expect(await code.up(inputs)).toBe("update");
    expect(await active()).toBe(own);
    expect(await deployments()).toHaveLength(2);
    expect(await code.refresh()).toBe("same");
  });

  it("that somebody deployed again himself is no drift", async () => {
    await code.up(await inputsFor("one"));
    await deployByHand("one");
    expect(await code.refresh()).toBe("same");
  });

  it("of which the active deployment was deleted has drifted, and is uploaded again", async () => {
    const inputs = await inputsFor("one");
    await code.up(inputs);
    await byHand().deleteDeployment({ functionId, deploymentId: await active() });
    expect(await code.refresh()).toBe("drift");
    expect(code.state.content).toBe("no deployment is active");
    expect(await code.up(inputs)).toBe("update");
    expect(await runs()).toBe("one");
  });

  it("is gone with its function", async () => {
    await code.up(await inputsFor("one"));
    await byHand().delete({ functionId });
    expect(await code.refresh()).toBe("gone");
  });

  it("is built again for another runtime, though its content is the same", async () => {
    await code.up(await inputsFor("one"));
    const first = await active();
    expect(await code.up(await inputsFor("one", { runtime: "node-20.0" }))).toBe("update");
    expect(await active()).not.toBe(first);
  });

  it("that is deployed already is adopted, and that is said", async () => {
    const theirs = await deployByHand("one");
    // The active one is meant, though this is newer.
    const file = InputFile.fromBuffer(await bundleOf("one"), "code.tar.gz");
    await byHand().createDeployment({ functionId, code: file, activate: false });
    await code.up(await inputsFor("one"));
    expect(await active()).toBe(theirs);
    expect(await deployments()).toHaveLength(2);
    expect(said.mock.lastCall?.[0]).toMatch(
      /code of function alert-processor: adopted deployment \w+, which is the same$/,
    );
  });

  it("that an interrupted run uploaded is waited for, not uploaded again", async () => {
    appwrite.delayStates(30);
    const file = InputFile.fromBuffer(await bundleOf("one"), "code.tar.gz");
    await byHand().createDeployment({ functionId, code: file, activate: false });
    await code.up(await inputsFor("one"));
    expect(await deployments()).toHaveLength(1);
    expect(await runs()).toBe("one");
  });

  it.each([
    ["with", () => {}],
    ["without", () => vi.mocked(Functions.prototype.getDeploymentDownload).mockRestore()],
  ])("is uploaded once when the answer gets lost, %s a look at what has arrived", async (_, prepare) => {
    // Of the same size: that alone would not tell them apart.
    expect(await bundleOf("one")).toHaveLength((await bundleOf("two")).length);
    await code.up(await inputsFor("one"));
    prepare();
    appwrite.loseNextAnswer(1, "POST /functions/alert-processor/deployments");
    appwrite.loseNextAnswer(1, "PATCH /functions/alert-processor/deployment");
    await code.up(await inputsFor("two"));
    expect(await deployments()).toHaveLength(2);
    expect(await runs()).toBe("two");
  });

  it("is uploaded again when it did not arrive, though one of the same size is there", async () => {
    await code.up(await inputsFor("one"));
    vi.mocked(Functions.prototype.getDeploymentDownload).mockRestore();
    vi.spyOn(Functions.prototype, "createDeployment").mockRejectedValueOnce(new TypeError("fetch failed"));
    await code.up(await inputsFor("two"));
    expect(await runs()).toBe("two");
  });

  it("that changed while it was being deployed is not deployed as something else", async () => {
    const inputs = await inputsFor("one");
    writeFileSync(inputs.archive, await bundleOf("two"));
    await expect(code.up(inputs)).rejects.toThrow(/one.tar.gz has changed since the deployment began: deploy again/);
    expect(await deployments()).toEqual([]);
  });

  it("is taken away without its function", async () => {
    await code.up(await inputsFor("one"));
    await code.destroy();
    expect(await deployments()).toEqual([]);
    expect(await byHand().get({ functionId })).toMatchObject({ deploymentId: "" });
  });
});
