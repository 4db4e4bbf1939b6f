import { afterEach, expect, it } from "vitest";
import { byteSize } from "../byte-size";
import { bytesOf, listed } from "./figures";
import { checkRetention, type Keeping, retentionFinding } from "./retention";
import { AnsweringServer, answerTo, stackOf, twoServers } from "./testing";

const gigabyte = 1e9;
const keeping: Keeping = {
  service: "prometheus",
  days: 31,
  actualDays: 31,
  usedBytes: 10 * gigabyte,
  bytesPerDay: gigabyte,
  basis: "a measurement",
};
const found = (more: Partial<Keeping>, room: number) =>
  retentionFinding("server-1", { ...keeping, ...more }, room, "trial");

it.each([
  [
    "it fits to the byte",
    {},
    21,
    "good",
    "31 days come to 31 GB (1.0 GB a day: a measurement); its disk has room for 31 GB",
  ],
  [
    "the disk is too small",
    {},
    20,
    "wrong",
    "its disk has room for 30 GB, about 30 days. Lower retention of services.prometheus in stacks/trial.ts",
  ],
  [
    "its bound is too small",
    { boundBytes: 20 * gigabyte },
    100,
    "wrong",
    "retentionSize is 20 GB: about 20 days are kept. Raise",
  ],
  ["its bound is enough", { boundBytes: 31 * gigabyte }, 100, "good", "31 days come to 31 GB"],
  [
    "it keeps less than described",
    { actualDays: 7 },
    100,
    "wrong",
    "it keeps 7 days, and services.prometheus in stacks/trial.ts says 31",
  ],
  ["its growth is not known", { bytesPerDay: undefined }, 100, "unknown", "ask again in ten minutes"],
])("%s", (_, more, room, state, says) => {
  const finding = found(more, room * gigabyte);
  expect(finding).toMatchObject({ what: "prometheus: retention", state });
  expect(finding.says).toContain(says);
});

let server: AnsweringServer;
afterEach(() => server?.stop());

it("measures samples and log lines, and promises the same disk once", async () => {
  const day = 86_400;
  const figures = (availableBytes: number) => ({
    retention_limit: [{ value: 7 * day }],
    // A million bytes a second and a half, of which nothing is there yet.
    samples_appended: [{ value: 2 }],
    samples_post: [{ value: 500_000 }],
    compaction_chunk: [{ value: 3 }],
    process_start_time: [{ value: 2 * day }],
    received: [{ value: 1 }],
    stored: [{ value: 2 * day * 100_000 }],
    node_filesystem_avail: [{ labels: { mountpoint: "/" }, value: availableBytes }],
    node_filesystem_size: [{ labels: { mountpoint: "/" }, value: 2e12 }],
  });
  let availableBytes = 0;
  server = await AnsweringServer.start((path) => answerTo(path, figures(availableBytes)));
  const inventory = twoServers({ prometheus: server.port });
  const together = { ...inventory.services, loki: { ...inventory.services.loki, server: "server-1" } };
  const ask = async (available: number) => {
    availableBytes = available;
    return checkRetention(stackOf({ ...inventory, services: together }), () => {});
  };
  const prometheusNeeds = 500_000 * 3 * day * 7;
  const lokiNeeds = 100_000 * day * 7;
  const [prometheus, loki] = await ask(prometheusNeeds + lokiNeeds);
  expect(prometheus).toMatchObject({ server: "server-1", state: "good" });
  expect(prometheus?.says).toMatch(/^7 days come to 907 GB \(130 GB a day: 500000 samples a second of 3\.0 bytes\)/);
  expect(loki).toMatchObject({ server: "server-1", state: "good" });
  expect(loki?.says).toMatch(/^7 days come to 60 GB \(8\.6 GB a day: what it wrote since it was started\)/);
  const [enough, less] = await ask(prometheusNeeds + lokiNeeds / 2);
  expect([enough?.state, less?.state]).toEqual(["good", "wrong"]);
});

it("figures are short", () => {
  expect([0, 999, 1000, 9_949, 10_000, 999_500_000, 3.14e9].map(byteSize)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "9.9 kB",
    "10 kB",
    "1.0 GB",
    "3.1 GB",
  ]);
  expect([bytesOf("20GB"), bytesOf("512MB"), bytesOf("1TB")]).toEqual([20 * 1024 ** 3, 512 * 1024 ** 2, 1024 ** 4]);
  expect(listed(["a", "b", "c"], 3)).toBe("a, b, c");
  expect(listed(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
});
