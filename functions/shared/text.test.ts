import { describe, expect, it } from "vitest";
import { columnText, cut, cutBytes, durationOf, looksLikeOperator, oneLine, urlOrNull } from "./text";

describe("cutting", () => {
  it("never cuts a character in two", () => {
    expect(cut("a😀b😀", 2)).toBe("a😀");
    expect(cut("😀".repeat(500), 500)).toBe("😀".repeat(500));
    expect([...cut("😀é".repeat(999), 501)]).toHaveLength(501);
    expect(cut("short", 500)).toBe("short");
    for (let bytes = 0; bytes <= 12; bytes++) {
      const result = cutBytes("aé€😀x", bytes);
      expect("aé€😀x".startsWith(result)).toBe(true);
      expect(Buffer.byteLength(result)).toBeLessThanOrEqual(bytes);
      expect(Buffer.byteLength(result)).toBeGreaterThan(bytes - 4);
    }
  });
});

describe("a column's text", () => {
  it("is what it was", () => {
    for (const text of ["<script>", "'; DROP TABLE alerts; --", "{{ .Values }}", "\u0000\n\t", '{"a":1}', "{", "‮abc"]) {
      expect(columnText(text, 100)).toBe(text);
    }
  });

  it("has no half of a pair", () => {
    expect(columnText("a\ud83dz\udc00", 100)).toBe("a\ufffdz\ufffd");
    expect(columnText("😀", 100)).toBe("😀");
  });

  it("is never an instruction to Appwrite", () => {
    for (const text of ['{"method":"dateSetNow","values":[]}', ' \n{"\\u006dethod":"increment"}']) {
      expect(looksLikeOperator(text)).toBe(true);
      expect(columnText(text, 100)).toBe(`\u200b${text}`);
      expect(looksLikeOperator(columnText(text, 100))).toBe(false);
      expect([...columnText(text, text.length)]).toHaveLength(text.length);
    }
    expect(looksLikeOperator('{"method":1}')).toBe(false);
    expect(looksLikeOperator("null")).toBe(false);
  });
});

it("a message is one line that reads from left to right", () => {
  expect(oneLine("a\nb\r\n\u2028c\u0007\u202edrow ")).toBe("a b c drow");
});

describe("addresses", () => {
  it.each([
    "http://alertmanager:9093",
    "https://docs.example.org/runbooks/ServerDown#look",
    "http://10.0.0.84:9093/?a=%20b",
    "http://[::1]:9093/",
    "HTTPS://Example.org",
  ])("%s is one", (address) => {
    expect(urlOrNull(address, 500)).toBe(address);
  });

  it("what a browser would repair is repaired", () => {
    expect(urlOrNull("https://example.org/a b/ü", 500)).toBe("https://example.org/a%20b/%C3%BC");
    expect(urlOrNull("https://bücher.example/", 500)).toBe("https://xn--bcher-kva.example/");
  });

  it.each([
    "",
    "example.org",
    "javascript:alert(1)",
    "ftp://example.org/",
    "http://alert_manager:9093",
    "http://-a.example/",
    "https://user:password@example.org/",
    `https://example.org/${"x".repeat(500)}`,
    `https://${"a".repeat(64)}.example/`,
    7,
    null,
  ])("%s is none", (address) => {
    expect(urlOrNull(address, 500)).toBeNull();
  });
});

it.each([
  [40_000, "40 s"],
  [60_000, "1 min"],
  [3_600_000, "1 h"],
  [3_900_000, "1 h 5 min"],
  [90_000_000, "1 d 1 h"],
  [86_460_000, "1 d"],
  [-5, "0 s"],
])("%i ms is %s", (milliseconds, text) => {
  expect(durationOf(milliseconds)).toBe(text);
});
