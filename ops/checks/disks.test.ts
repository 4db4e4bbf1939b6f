import { afterEach, expect, it } from "vitest";
import { checkDisks, diskFinding, filesystemOf } from "./disks";
import { AnsweringServer, answerTo, stackOf, twoServers } from "./testing";

const on = (mountpoint: string, value: number) => ({ labels: { mountpoint }, value });
let server: AnsweringServer;
afterEach(() => server?.stop());

it("a folder is on the filesystem that is mounted nearest above it", () => {
  const available = [on("/", 1), on("/var/lib/docker", 2), on("/var/lib/doc", 3), on("/srv", 4)];
  const size = available.map(({ labels, value }) => ({ labels, value: value * 10 }));
  const of = (folder: string) => filesystemOf(folder, available, size)?.mountpoint;
  expect(of("/var/lib/docker")).toBe("/var/lib/docker");
  expect(of("/var/lib/docker/volumes")).toBe("/var/lib/docker");
  expect(of("/var/lib/dock")).toBe("/");
  expect(of("/srv/docker")).toBe("/srv");
  expect(filesystemOf("/srv", [], [])).toBeUndefined();
});

it("space below the threshold is wrong, at it it is good", () => {
  const disk = { mountpoint: "/", sizeBytes: 100e9 };
  expect(diskFinding("server-1", { ...disk, availableBytes: 20e9 }, 20)).toMatchObject({
    state: "good",
    says: "20 GB of 100 GB are free on / (20 %)",
  });
  expect(diskFinding("server-1", { ...disk, availableBytes: 19.9e9 }, 20)).toMatchObject({
    state: "wrong",
    says: expect.stringMatching(/^20 GB of 100 GB are free on \/ \(19 %\), below 20 %\. See there: docker system df/),
  });
});

it("each server is held against its own threshold, on the disk that its Docker uses", async () => {
  server = await AnsweringServer.start((path) =>
    answerTo(path, {
      node_filesystem_avail_bytes: [on("/", 50e9), on("/data", 15e9)],
      node_filesystem_size_bytes: [on("/", 100e9), on("/data", 100e9)],
    }),
  );
  const inventory = twoServers({ prometheus: server.port });
  const [first, second] = inventory.servers;
  if (!first || !second) throw new Error("no servers");
  const servers = [first, { ...second, thresholds: { diskFreeLowPercent: 10 } }];
  const looks = new Map(servers.map(({ name }) => [name, Promise.resolve({ dockerRoot: "/data/docker" })]));
  const found = await checkDisks(stackOf({ ...inventory, servers }, { looks }), () => {});
  expect(found.map(({ server, state }) => `${server} ${state}`)).toEqual(["server-1 wrong", "server-2 good"]);
});
