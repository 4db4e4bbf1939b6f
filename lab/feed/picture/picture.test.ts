import { expect, it } from "vitest";
import { dashboardsFor } from "../../../dashboards";
import type { Answer } from "../answers";
import { feedInventory } from "../inventory";
import { panelsOf, questionsOf } from "../questions";
import { pictureOf } from "./picture";
import { cut, text } from "./svg";

const shown = { from: 1000, to: 1180 };

it.each(dashboardsFor(feedInventory).map((one) => [one.uid, one] as const))(
  "%s: every panel is drawn",
  (_, dashboard) => {
    const answers = questionsOf(dashboard).map((question): Answer => {
      const labels = { server: "server-80" };
      const points: [number, number][] = [
        [1000, 1],
        [1100, 3],
      ];
      return { question, series: [{ labels, points, lines: [[1100, "a < b & c"]] }] };
    });
    const picture = pictureOf(dashboard, answers, shown, "a note");
    const boxes = picture.match(/<rect [^>]*rx="3"\/>/g) ?? [];
    expect(boxes.length).toBeGreaterThanOrEqual(panelsOf(dashboard).length);
    expect(picture).not.toMatch(/NaN|Infinity|undefined/);
    expect(picture).toContain("a note");
  },
);

it.each(dashboardsFor(feedInventory).map((one) => [one.uid, one] as const))(
  "%s: also without any answer",
  (_, dashboard) => {
    const picture = pictureOf(dashboard, [], shown, "a note");
    expect(picture).not.toMatch(/NaN|Infinity|undefined/);
  },
);

it("a text that is too long is cut with an ellipsis, and never breaks the document", () => {
  expect(cut("Nearest to its memory limit", 60, 11)).toMatch(/^Nearest.*…$/);
  expect(cut("short", 60, 11)).toBe("short");
  expect(text(0, 0, 'a < b & "c"\u0007')).toContain('>a &lt; b &amp; "c" <');
});
