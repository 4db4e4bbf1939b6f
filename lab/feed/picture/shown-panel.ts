import type { Panel, Threshold, ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Answer, Series } from "../answers";
import { colorOf, colors } from "./svg";
import { written } from "./units";

/** How the values of a panel, or of a column of its table, are written and coloured. */
export interface Field {
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  steps: Threshold[];
  mappings: ValueMapping[];
  noValue?: string;
}

/** A panel with what came back for it. */
export interface ShownPanel {
  panel: Panel;
  field: Field;
  answers: Answer[];
  /** Every series of every query, under the name that Grafana gives it. */
  series: NamedSeries[];
}

export interface NamedSeries extends Series {
  name: string;
}

/** What a query of a panel says of its series' names. */
interface Legend {
  refId?: string;
  legendFormat?: string;
}

/** A panel with its share of a dashboard's answers. */
export function shownPanel(panel: Panel, all: Answer[]): ShownPanel {
  const answers = all.filter(({ question }) => question.id === panel.id);
  const series = answers.flatMap(({ question, series }) => {
    const target = ((panel.targets ?? []) as Legend[]).find(({ refId }) => refId === question.refId);
    return series.map((one) => ({ ...one, name: nameOf(one, target?.legendFormat) }));
  });
  return { panel, field: fieldOf(panel.fieldConfig?.defaults), answers, series };
}

/** A value in words or in its unit. */
export function valueText(value: number, field: Field): string {
  return mapped(value, field)?.text ?? written(value, field.unit, field.decimals);
}

/** The colour that a value has by its words or by the thresholds; nothing where it has none. */
export function valueColor(value: number, field: Field): string | undefined {
  const word = mapped(value, field)?.color;
  if (word) return colorOf(word);
  const step = field.steps.filter(({ value: from }) => from === null || from <= value).at(-1);
  return step ? colorOf(step.color) : undefined;
}

interface Defaults {
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  noValue?: string;
  thresholds?: { steps?: Threshold[] };
  mappings?: ValueMapping[];
}

function fieldOf(defaults: Defaults = {}): Field {
  const { thresholds, mappings = [], ...rest } = defaults;
  return { ...rest, steps: thresholds?.steps ?? [], mappings };
}

/** A column of a table, by the overrides for its heading. */
export function columnField(panel: Panel, title: string): Field {
  const overrides = panel.fieldConfig?.overrides ?? [];
  const own = overrides.filter(({ matcher }) => matcher.id === "byName" && matcher.options === title);
  const properties = Object.fromEntries(own.flatMap((one) => one.properties.map(({ id, value }) => [id, value])));
  return fieldOf(properties as Defaults);
}

function mapped(value: number, { mappings }: Field): { text?: string; color?: string } | undefined {
  for (const mapping of mappings) {
    if (mapping.type !== "value") continue;
    const word = mapping.options[String(value)];
    if (word) return { ...(word.text ? { text: word.text } : {}), ...(word.color ? { color: word.color } : {}) };
  }
  return undefined;
}

function nameOf({ labels }: Series, legend?: string): string {
  if (legend && legend !== "__auto")
    return legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? "");
  const pairs = Object.entries(labels).filter(([name]) => name !== "__name__");
  return `${labels.__name__ ?? ""}{${pairs.map(([name, value]) => `${name}="${value}"`).join(", ")}}`;
}

/** The last value of a series. */
export function lastOf({ points }: Series): number | undefined {
  return points.at(-1)?.[1];
}

export const unknownColor = colors.faint;
