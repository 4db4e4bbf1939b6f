import net from "node:net";
import { expect, it } from "vitest";
import { attempt } from "../ops/process";
import { projectRoot } from "../ops/project";

it("is an error in time, also in a process with nothing else to do, when the server drops every connection", async () => {
  const server = net.createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const program = `
    const { patientFetch } = require("./components/patient-fetch.ts");
    patientFetch("http://127.0.0.1:${port}/", 2).then(
      () => console.log("answered"),
      (error) => console.log("no answer: " + error.name),
    );`;
  try {
    const { stdout } = await attempt(process.execPath, ["--import=tsx", "-e", program], { cwd: projectRoot });
    expect(stdout).toMatch(/^no answer: (TimeoutError|TypeError)\n$/);
  } finally {
    server.close();
  }
});
