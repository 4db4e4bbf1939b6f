import { describe, expect, it } from "vitest";
import { loadInventory, stackNames } from "../../stacks";
import { placeholderCredentials } from "../credentials/credentials";
import { renderInventory } from "./rendered-files";

describe.each(stackNames)("the files of %s", async (stack) => {
  const inventory = await loadInventory(stack);
  const files = renderInventory(inventory, placeholderCredentials);

  it("are each below a server of the inventory and a service", () => {
    const servers = new Set(inventory.servers.map(({ name }) => name));
    for (const file of Object.keys(files)) {
      const [server = "", service, ...rest] = file.split("/");
      expect(servers.has(server), file).toBe(true);
      expect(service, file).toMatch(/^[a-z-]+$/);
      expect(rest.length, file).toBeGreaterThan(0);
    }
  });

  it("hold passwords in files of their own only", () => {
    const passwords = Object.values(placeholderCredentials).map(({ password }) => password);
    const holding = Object.entries(files).filter(([, content]) => passwords.some((one) => content.includes(one)));
    expect(holding.length).toBeGreaterThan(0);
    for (const [file] of holding) expect(file).toMatch(/\/secrets\/[a-z]+-password$/);
  });
});
