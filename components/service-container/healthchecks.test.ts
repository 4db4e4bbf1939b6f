import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { answersHttp, listensOn } from "./healthchecks";

/** The expression that a health check gives to grep, tried with the real one. */
const matches = (check: string[], text: string): boolean => {
  const grep = /grep (-q\w*) '([^']+)'/.exec(check[1] ?? "");
  try {
    execFileSync("grep", [grep?.[1] ?? "", grep?.[2] ?? ""], { input: text });
    return true;
  } catch {
    return false;
  }
};

describe("listens on a port", () => {
  const check = listensOn(9080);
  const row = (local: string, state: string) =>
    `   1: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 0\n`;

  it("when there is a listening socket, at whatever address", () => {
    expect(matches(check, row("00000000:2378", "0A"))).toBe(true);
    expect(matches(check, row(`${"0".repeat(32)}:2378`, "0A"))).toBe(true);
  });

  it("not by a connection from that port, nor by another port, nor by a peer's", () => {
    expect(matches(check, row("0100007F:2378", "01"))).toBe(false);
    expect(matches(check, row("00000000:2379", "0A"))).toBe(false);
    expect(matches(check, "   1: 0100007F:1F90 0100007F:2378 01 00000000:00000000\n")).toBe(false);
  });
});

describe("answers HTTP", () => {
  const check = answersHttp("http://127.0.0.1:9090/-/healthy");

  it("with success, or by asking for a password", () => {
    expect(matches(check, "wget: server returned error: HTTP/1.1 401 Unauthorized\n")).toBe(true);
    expect(matches(check, "Connecting to 127.0.0.1:9090\nremote file exists\n")).toBe(true);
  });

  it("not when nobody answers, or with an error of its own", () => {
    expect(matches(check, "wget: can't connect to remote host (127.0.0.1): Connection refused\n")).toBe(false);
    expect(matches(check, "wget: server returned error: HTTP/1.1 503 Service Unavailable\n")).toBe(false);
  });
});
