import { createServer } from "node:net";
import ssh2, { type Server } from "ssh2";

/** Something that shows an SSH host key at a loopback address, and lets nobody in. */
export class SshHosts {
  private readonly servers: Server[] = [];

  /** One more of them. @returns its port */
  async listen(address: string): Promise<number> {
    const port = await freePort(address);
    const server = new ssh2.Server({ hostKeys: [hostKey()] }, (client) => {
      client.on("authentication", (context) => context.reject());
      // Whoever only wants the key hangs up on it.
      client.on("error", () => {});
    });
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(port, address, resolve));
    return port;
  }

  close(): void {
    for (const server of this.servers) server.close();
  }
}

/** Of the Ed25519 keys that ssh2 makes, one in 256 cannot be read, by itself neither. */
function hostKey(): string {
  for (;;) {
    const { private: key } = ssh2.utils.generateKeyPairSync("ed25519");
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key;
  }
}

/** The type of ssh2's server does not tell on which port it listens. */
async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof bound === "object" && bound ? bound.port : 0;
}
