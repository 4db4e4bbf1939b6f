import { expect, it } from "vitest";
import { localUrlOf, parseListenAddress } from "./listen-address";

it.each([
  ["10.0.0.84:9101", { host: "10.0.0.84", port: 9101 }],
  ["[::1]:9101", { host: "::1", port: 9101 }],
  [":9101", { host: "0.0.0.0", port: 9101 }],
  ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
])("%s is an address and a port", (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

it.each(["9101", "10.0.0.84", "10.0.0.84:", "10.0.0.84:70000", "::1:9101", "localhost:9101", "10.0.0.84:9101/"])(
  "%s is none",
  (text) => {
    expect(() => parseListenAddress(text)).toThrow("as 10.0.0.84:9101 or [::1]:9101");
  },
);

it("an address that means all is asked by loopback", () => {
  expect(localUrlOf({ host: "0.0.0.0", port: 9101 })).toBe("http://127.0.0.1:9101");
  expect(localUrlOf({ host: "::", port: 9101 })).toBe("http://[::1]:9101");
  expect(localUrlOf({ host: "10.0.0.84", port: 9101 })).toBe("http://10.0.0.84:9101");
});
