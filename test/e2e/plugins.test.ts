import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalStack } from "../../ops/local-stack";
import { attempt, must } from "../../ops/process";
import { imageReference } from "../../stacks/images";
import { get, until } from "./asking";
import { TriedProgram } from "./tried-program";

const url = "http://127.0.0.1:13999";
const login = { user: "admin", password: "tried-and-thrown-away" };

/** The command and Grafana plugins under the real engine, beyond what the program asks of them yet. */
describe("the plugins", () => {
  const program = new TriedProgram("plugins");
  const run = (...args: string[]) => program.pulumi(...args);
  const trace = path.join(program.folder, "trace");

  beforeAll(async () => {
    const image = imageReference("grafana", { images: new LocalStack("test").builtImages() });
    await attempt("docker", ["rm", "--force", "test-plugins-grafana"]);
    const container = ["--detach", "--rm", "--name", "test-plugins-grafana", "--publish", "127.0.0.1:13999:3000"];
    await must("docker", ["run", ...container, "--env", `GF_SECURITY_ADMIN_PASSWORD=${login.password}`, image]);
    await until("Grafana answers", 60, () => get(`${url}/api/health`));
    writeFileSync(trace, "");
    await program.init({ url, trace, title: "Tried", auth: `${login.user}:${login.password}` });
  });

  afterAll(async () => {
    await attempt("docker", ["rm", "--force", "test-plugins-grafana"]);
    program.remove();
  });

  it("make a folder, a dashboard in it, and run a command", async () => {
    await run("up", "--yes", "--skip-preview");
    expect(JSON.parse(await run("stack", "output", "--json"))).toEqual({
      local: "made here",
      dashboard: "tried-dashboard",
    });
    const { meta, dashboard } = await get(`${url}/api/dashboards/uid/tried-dashboard`, login);
    expect(meta.folderUid).toBe("tried");
    expect(dashboard.title).toBe("Tried");
  });

  it("find nothing to do afterwards", async () => {
    await run("preview", "--refresh", "--expect-no-changes");
  });

  it("see a folder that was renamed and a dashboard that was deleted, and put both right", async () => {
    const basic = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
    const headers = { authorization: basic, "content-type": "application/json" };
    const renamed = { title: "Renamed", overwrite: true };
    const answers = [
      await fetch(`${url}/api/folders/tried`, { method: "PUT", headers, body: JSON.stringify(renamed) }),
      await fetch(`${url}/api/dashboards/uid/tried-dashboard`, { method: "DELETE", headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await expect(run("preview", "--refresh", "--expect-no-changes")).rejects.toThrow(/no changes were expected/);
    await run("up", "--yes", "--skip-preview", "--refresh");
    expect((await get(`${url}/api/folders/tried`, login)).title).toBe("Tried");
    expect((await get(`${url}/api/dashboards/uid/tried-dashboard`, login)).meta.folderUid).toBe("tried");
    await run("preview", "--refresh", "--expect-no-changes");
  });

  it("say what went wrong without saying the password", async () => {
    const settings = async (auth: string, title: string) => {
      await run("config", "set", "--secret", "auth", auth);
      await run("config", "set", "--secret", "title", title);
    };
    await settings("admin:another-password", "Another title");
    const refused = await run("up", "--yes", "--skip-preview").catch((error: Error) => error.message);
    expect(refused).toMatch(/answered 401: Invalid username or password/);
    expect(refused).not.toContain("another-password");
    await settings(`${login.user}:${login.password}`, "Tried");
    await run("up", "--yes", "--skip-preview");
  });

  it("take everything away again, and run what is to be run then", async () => {
    await run("destroy", "--yes", "--skip-preview");
    expect(existsSync(trace)).toBe(false);
    expect((await fetch(`${url}/api/folders/tried`)).status).not.toBe(200);
    await expect(get(`${url}/api/folders/tried`, login)).rejects.toThrow(/404/);
  });
});
