import { expect, it } from "vitest";
import { dashboardsFor } from "../../dashboards";
import { feedInventory } from "./inventory";
import { panelsOf, questionsOf } from "./questions";

const dashboards = dashboardsFor(feedInventory);

it("every query of every panel is a question, and every variable and annotation", () => {
  for (const dashboard of dashboards) {
    const targets = panelsOf(dashboard).reduce((sum, { targets = [] }) => sum + targets.length, 0);
    const variables = dashboard.templating?.list?.length ?? 0;
    const annotations = dashboard.annotations?.list?.length ?? 0;
    expect(questionsOf(dashboard), dashboard.title).toHaveLength(targets + variables + annotations);
  }
});

it("no question is empty, and each is for who can answer it", () => {
  for (const question of dashboards.flatMap(questionsOf)) {
    expect(question.expr, question.panel).not.toBe("");
    expect(["prometheus", "loki"]).toContain(question.asked);
  }
});
