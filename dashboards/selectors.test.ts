import { expect, it } from "vitest";
import { metricSelectors, streamSelectors } from "./selectors";

it.each([
  ["up", [["up", ""]]],
  ['up{job="a"} == 1', [["up", 'job="a"']]],
  [
    "sum by (server, le) (rate(a_bucket[5m])) / on (server) group_left (x) b",
    [
      ["a_bucket", ""],
      ["b", ""],
    ],
  ],
  ['a:b:c5m{x="}"}[30d:5m] offset 1h or vector(0)', [["a:b:c5m", 'x="}"']]],
  [
    'label_replace(a{s="1"}, "x", "$1", "y", "(.+)") unless b > bool 1e3',
    [
      ["a", 's="1"'],
      ["b", ""],
    ],
  ],
  ['rate({__name__="a"}[$__rate_interval])', [["", '__name__="a"']]],
])("%s", (expr, found) => {
  expect(metricSelectors(expr).map(({ metric, matchers }) => [metric, matchers])).toEqual(found);
});

it("finds log streams among filters and words", () => {
  const expr = 'sum by (server) (rate({server="a", container=~".+"} |~ "(?i){x}" | logfmt | level="error" [5m]))';
  expect(streamSelectors(expr).map(({ matchers }) => matchers)).toEqual(['server="a", container=~".+"']);
});
