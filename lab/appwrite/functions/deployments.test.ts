import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { Runtime } from "node-appwrite";
import { InputFile } from "node-appwrite/file";
import { expect, it } from "vitest";
import { bundle, refusal, servicesOf, startStandIn, until } from "../testing";

const functionId = "tried";
const main = "module.exports = async ({ res }) => res.text('first')";

async function withFunction() {
  const standIn = await startStandIn();
  const { functions } = servicesOf(standIn);
  await functions.create({ functionId, name: "Tried", runtime: Runtime.Node22, entrypoint: "main.js" });
  const deploy = async (content: string, activate = false) => {
    return functions.createDeployment({ functionId, code: await bundle({ "main.js": content }), activate });
  };
  const statusOf = async (deploymentId: string) => (await functions.getDeployment({ functionId, deploymentId })).status;
  return { standIn, functions, deploy, statusOf };
}

it("goes waiting → processing → building → ready: 202", async () => {
  const { standIn, deploy, statusOf, functions } = await withFunction();
  standIn.delayStates(40);
  const { $id, status, activate } = await deploy(main);
  expect([status, activate, standIn.log.at(-1)?.status]).toEqual(["waiting", false, 202]);
  const seen = new Set<string>([status]);
  await until(async () => {
    const now = await statusOf($id);
    seen.add(now);
    return now === "ready";
  });
  expect([...seen]).toEqual(["waiting", "processing", "building", "ready"]);
  const built = await functions.getDeployment({ functionId, deploymentId: $id });
  expect(built).toMatchObject({
    entrypoint: "main.js",
    resourceId: functionId,
    type: "manual",
    buildSize: main.length,
  });
  expect(built.totalSize).toBe(built.sourceSize + built.buildSize);
  expect(await functions.get({ functionId })).toMatchObject({
    latestDeploymentId: $id,
    latestDeploymentStatus: "ready",
  });
});

it("activates by hand once it is ready: 400 build_not_ready before", async () => {
  const { deploy, functions, statusOf, standIn } = await withFunction();
  standIn.delayStates(40);
  const { $id: deploymentId } = await deploy(main);
  const activate = () => functions.updateFunctionDeployment({ functionId, deploymentId });
  expect(await refusal(activate())).toBe("400 build_not_ready");
  await until(async () => (await statusOf(deploymentId)) === "ready");
  expect((await functions.get({ functionId })).deploymentId).toBe("");
  expect((await activate()).deploymentId).toBe(deploymentId);
  expect(await refusal(functions.updateFunctionDeployment({ functionId, deploymentId: "none" }))).toBe(
    "404 deployment_not_found",
  );
});

it("activates by itself where that is asked for, and the old one stays until then", async () => {
  const { deploy, functions, standIn } = await withFunction();
  const active = async () => (await functions.get({ functionId })).deploymentId;
  const first = await deploy(main, true);
  await until(async () => (await active()) === first.$id);
  standIn.delayStates(30);
  const second = await deploy(main, true);
  expect(await active()).toBe(first.$id);
  await until(async () => (await active()) === second.$id);
  expect((await functions.listDeployments({ functionId })).total).toBe(2);
});

it("fails with the builder's log, and the active one stays", async () => {
  const { deploy, functions, statusOf, standIn } = await withFunction();
  const first = await deploy(main, true);
  await until(async () => (await functions.get({ functionId })).deploymentId === first.$id);
  standIn.failNextBuild("npm ERR! network");
  const second = await deploy(main, true);
  await until(async () => (await statusOf(second.$id)) === "failed");
  expect((await functions.getDeployment({ functionId, deploymentId: second.$id })).buildLogs).toBe("npm ERR! network");
  expect(await functions.get({ functionId })).toMatchObject({
    deploymentId: first.$id,
    latestDeploymentStatus: "failed",
  });
});

it("fails to build what is no archive, and what has build commands", async () => {
  const { functions, statusOf } = await withFunction();
  const code = InputFile.fromBuffer(Buffer.from("no archive"), "code.tar.gz");
  const broken = await functions.createDeployment({ functionId, code, activate: false });
  const withCommands = {
    functionId,
    code: await bundle({ "main.js": main }),
    activate: false,
    commands: "npm install",
  };
  const installing = await functions.createDeployment(withCommands);
  await until(async () => (await statusOf(broken.$id)) === "failed" && (await statusOf(installing.$id)) === "failed");
});

it("takes a large archive in pieces", async () => {
  const { functions, statusOf, standIn } = await withFunction();
  const code = await bundle({ "main.js": main, "large.bin": randomBytes(6_000_000).toString("base64") });
  const { $id } = await functions.createDeployment({ functionId, code, activate: false });
  expect(standIn.log.filter(({ path }) => path.endsWith("/deployments"))).toHaveLength(2);
  await until(async () => (await statusOf($id)) === "ready");
  expect((await functions.getDeployment({ functionId, deploymentId: $id })).buildSize).toBe(main.length + 8_000_000);
});

it.each([
  ["another kind of file", "code.zip", "main.js", "400 storage_file_type_unsupported"],
  ["a file without an entrypoint", "code.tar.gz", "", "404 function_entrypoint_missing"],
])("refuses %s", async (_, name, entrypoint, wanted) => {
  const { functions } = servicesOf(await startStandIn());
  await functions.create({ functionId, name: "Tried", runtime: Runtime.Node22, entrypoint });
  const code = InputFile.fromBuffer(gzipSync("any"), name);
  expect(await refusal(functions.createDeployment({ functionId, code, activate: false }))).toBe(wanted);
});

it("cancels a build, but not one that is over", async () => {
  const { deploy, functions, standIn, statusOf } = await withFunction();
  standIn.delayStates(40);
  const { $id: deploymentId } = await deploy(main);
  expect((await functions.updateDeploymentStatus({ functionId, deploymentId })).status).toBe("canceled");
  const ready = await deploy(main);
  await until(async () => (await statusOf(ready.$id)) === "ready");
  expect(await statusOf(deploymentId)).toBe("canceled");
  expect(await refusal(functions.updateDeploymentStatus({ functionId, deploymentId: ready.$id }))).toBe(
    "400 build_already_completed",
  );
});

it("a function whose active deployment is deleted has none", async () => {
  const { deploy, functions } = await withFunction();
  const { $id: deploymentId } = await deploy(main, true);
  await until(async () => (await functions.get({ functionId })).deploymentId === deploymentId);
  await functions.deleteDeployment({ functionId, deploymentId });
  expect(await functions.get({ functionId })).toMatchObject({ deploymentId: "", latestDeploymentId: "" });
  expect(await refusal(functions.createExecution({ functionId }))).toBe("404 deployment_not_found");
});
