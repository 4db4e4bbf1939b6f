import { afterEach, beforeEach, expect, it } from "vitest";
import { linesOf, TrialHost } from "../scans/trial-host";
import { samplesOf, scanPorts } from "./ports";

let host: TrialHost;
beforeEach(() => {
  host = new TrialHost();
});
afterEach(() => host.remove());

const line = (local: string, inode: number, state = "0A") =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0\n`;
const everywhere = "00000000";
const loopback = "0100007F";
const own = "5400000A";

/** A host on which inodes 101 … listen. */
function listening(...sockets: string[]): void {
  host.write("/proc/1/net/tcp", `  sl  local_address …\n${sockets.join("")}`);
  host.write("/proc/1/net/tcp6", "  sl  local_address …\n");
}

async function scan() {
  return scanPorts(host.context());
}

it("names the process of each port and address", async () => {
  listening(line(`${everywhere}:0016`, 101), line(`${own}:2328`, 102), line(`${loopback}:1538`, 103));
  host.process(1, { comm: "systemd\n" });
  host.process(700, { comm: "sshd\n", "fd/3": "socket:[101]", "fd/4": "/dev/null" });
  host.process(800, { comm: "docker-proxy\n", "fd/4": "socket:[102]" });
  host.process(900, { comm: "postgres\n", "fd/6": "socket:[103]" });
  const result = await scan();
  expect(result.problems).toEqual([]);
  expect(linesOf(result)).toEqual([
    'security_open_ports{type="loopback"} 1',
    'security_open_ports{type="private"} 1',
    'security_open_ports{type="public"} 1',
    'security_listening_port{port="22",protocol="tcp",address="0.0.0.0",process="sshd"} 1',
    'security_listening_port{port="9000",protocol="tcp",address="10.0.0.84",process="docker-proxy"} 1',
    'security_listening_port{port="5432",protocol="tcp",address="127.0.0.1",process="postgres"} 1',
  ]);
});

it("a port that opens is there at the next scan, and gone after it was closed", async () => {
  listening(line(`${everywhere}:0016`, 111));
  host.process(700, { comm: "sshd\n", "fd/3": "socket:[111]" });
  const before = await scan();
  listening(line(`${everywhere}:0016`, 111), line(`${everywhere}:115C`, 112));
  host.process(4000, { comm: "nc\n", "fd/3": "socket:[112]" });
  expect(linesOf(await scan())).toEqual(
    expect.arrayContaining([
      'security_open_ports{type="public"} 2',
      'security_listening_port{port="4444",protocol="tcp",address="0.0.0.0",process="nc"} 1',
    ]),
  );
  listening(line(`${everywhere}:0016`, 111));
  expect(await scan()).toEqual(before);
});

it("a socket that another process has taken over is that one's", async () => {
  listening(line(`${everywhere}:0050`, 121));
  host.process(500, { comm: "old\n", "fd/3": "socket:[121]" });
  expect(linesOf(await scan())[3]).toMatch('process="old"');
  host.remove();
  listening(line(`${everywhere}:0050`, 121));
  host.process(600, { comm: "new\n", "fd/7": "socket:[121]" });
  expect(linesOf(await scan())[3]).toMatch('process="new"');
});

it("rather names the service than systemd, which keeps its socket", async () => {
  listening(line(`${everywhere}:0016`, 131));
  host.process(1, { comm: "systemd\n", "fd/50": "socket:[131]" });
  host.process(700, { comm: "sshd\n", "fd/3": "socket:[131]" });
  expect(linesOf(await scan())[3]).toMatch('process="sshd"');
});

it("what no process has open is the kernel's", async () => {
  listening(line(`${everywhere}:0801`, 141));
  host.process(1, { comm: "systemd\n" });
  expect(linesOf(await scan())[3]).toMatch('port="2049",protocol="tcp",address="0.0.0.0",process="kernel"');
});

it("connections are no open ports", async () => {
  listening(line(`${own}:0016`, 151, "01"));
  host.process(1, { comm: "systemd\n" });
  expect(linesOf(await scan())).toEqual([
    'security_open_ports{type="loopback"} 0',
    'security_open_ports{type="private"} 0',
    'security_open_ports{type="public"} 0',
  ]);
});

it("a port counts once, as what its widest address makes it", () => {
  const port = (number: number, address: string) => ({ port: number, address, process: "x" });
  const ports = [
    port(22, "0.0.0.0"),
    port(22, "::"),
    port(53, "127.0.0.53"),
    port(53, "10.0.0.84"),
    port(53, "::1"),
    port(631, "::1"),
    port(631, "127.0.0.1"),
  ];
  expect(linesOf({ samples: samplesOf(ports), findings: [], problems: [] }).slice(0, 3)).toEqual([
    'security_open_ports{type="loopback"} 1',
    'security_open_ports{type="private"} 1',
    'security_open_ports{type="public"} 1',
  ]);
});

it("without the host's /proc it fails, and says where that should be", async () => {
  await expect(scan()).rejects.toThrow(`${host.at("/proc/1/net/tcp")} is not there`);
});
