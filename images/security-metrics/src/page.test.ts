import { expect, it } from "vitest";
import { metrics } from "./metrics";
import { Page, type ScanOutcome } from "./page";

const good = { duration: 0.5, isSuccess: true, time: 1_795_524_737 } as const;

/** The page's samples, without its comments. */
async function samplesOf(page: Page): Promise<string[]> {
  return (await page.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

it("shows nothing of a scan that has not run", async () => {
  const samples = await samplesOf(new Page());
  expect(samples.filter((line) => line.startsWith("security_"))).toEqual([]);
});

it("tells what every metric means, and of which type it is", async () => {
  const text = await new Page().text();
  for (const [name, { type, help }] of Object.entries(metrics)) {
    expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}`);
  }
});

it("shows what a scan found, when, and how it went", async () => {
  const page = new Page();
  const samples: ScanOutcome["samples"] = [{ metric: "security_suid_files", labels: {}, value: 40 }];
  page.show({ ...good, scan: "files", samples });
  expect(await samplesOf(page)).toEqual(
    expect.arrayContaining([
      "security_suid_files 40",
      'security_scan_timestamp_seconds{scan="files"} 1795524737',
      'security_scan_success{scan="files"} 1',
      'security_scan_duration_seconds{scan="files"} 0.5',
    ]),
  );
});

it("what is no longer there goes with the next scan of the same name, and with no other", async () => {
  const page = new Page();
  const port = (value: string) => ({ port: value, protocol: "tcp", address: "0.0.0.0", process: "sshd" });
  const listening = (value: string) => ({ metric: "security_listening_port", labels: port(value), value: 1 }) as const;
  page.show({ ...good, scan: "ports", samples: [listening("22"), listening("4444")] });
  page.show({ ...good, scan: "files", samples: [{ metric: "security_suid_files", labels: {}, value: 40 }] });
  page.show({ ...good, scan: "ports", samples: [listening("22")] });
  const text = await page.text();
  expect(text).toContain('port="22"');
  expect(text).not.toContain("4444");
  expect(text).toContain("security_suid_files 40");
});

it("keeps the numbers and the time of the last results when a scan finds out nothing", async () => {
  const page = new Page();
  page.show({ ...good, scan: "files", samples: [{ metric: "security_suid_files", labels: {}, value: 40 }] });
  page.show({ ...good, scan: "files", samples: undefined, isSuccess: false, time: good.time + 3600 });
  expect(await samplesOf(page)).toEqual(
    expect.arrayContaining([
      "security_suid_files 40",
      'security_scan_timestamp_seconds{scan="files"} 1795524737',
      'security_scan_success{scan="files"} 0',
    ]),
  );
});

it("a counter shows the count as it is kept, not the sum of all that were shown", async () => {
  const page = new Page();
  const failed = (value: number) =>
    [{ metric: "security_failed_logins_total", labels: { type: "sudo" }, value }] as ScanOutcome["samples"];
  page.show({ ...good, scan: "logins", samples: failed(20) });
  page.show({ ...good, scan: "logins", samples: failed(23) });
  expect(await samplesOf(page)).toContain('security_failed_logins_total{type="sudo"} 23');
});

it("shows its own costs", async () => {
  const samples = await samplesOf(new Page());
  const value = (name: string) => Number(samples.find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
  expect(value("process_cpu_seconds_total")).toBeGreaterThan(0);
  expect(value("process_resident_memory_bytes")).toBeGreaterThan(1e6);
  expect(Math.abs(value("process_start_time_seconds") - Date.now() / 1000)).toBeLessThan(3600);
});
