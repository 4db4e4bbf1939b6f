import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { DashboardLink, Panel, ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import { type Limits, neutral, ownLimits, thresholdsConfig } from "./limits";
import { type Query, targetsOf } from "./query";

/** What every panel is told. */
export interface PanelArgs {
  /** For the person who reads it: what this is, which values are good, and what to do about the others. */
  description: string;
  /** What it asks; one question, or several that are shown together. */
  queries: Query | Query[];
  /** Columns of 24. @default the kind's own */
  width?: number;
  /** Lines of about 38 pixels. @default the kind's own */
  height?: number;
}

/** What a panel with numbers is told besides. */
export interface NumbersArgs extends PanelArgs {
  /** One of `@grafana/grafana-foundation-sdk/units`. */
  unit: string;
  /** Places after the point. @default as many as the value needs */
  decimals?: number;
  /** Least and greatest value of its scale. @default those of the values */
  min?: number;
  max?: number;
  /** From which values on it changes its colour: `above(inventory, "cpuHighPercent")`. @default no value is wrong */
  limits?: Limits;
  /** Values that are shown as words, by `states`. @default none */
  words?: ValueMapping;
  /** What stands there while there is nothing to show, as `none`. @default "No data" */
  noValue?: string;
  /** Where a click on a value leads: to its logs, to a dashboard. @default nowhere */
  links?: DashboardLink[];
}

interface Size {
  width: number;
  height: number;
}

/** The part that the SDK's panel builders have in common. */
interface CommonBuilder {
  title(title: string): this;
  description(description: string): this;
  span(columns: number): this;
  height(lines: number): this;
  targets(targets: ReturnType<typeof targetsOf>): this;
  datasource(datasource: { type: string; uid: string }): this;
  build(): Panel;
}

/** The part that those which show numbers have in common. */
interface NumbersBuilder extends CommonBuilder {
  unit(unit: string): this;
  decimals(places: number): this;
  min(value: number): this;
  max(value: number): this;
  noValue(text: string): this;
  mappings(mappings: ValueMapping[]): this;
  thresholds(thresholds: Builder<ReturnType<typeof thresholdsConfig>>): this;
  dataLinks(links: Builder<DashboardLink>[]): this;
  overrides(overrides: ReturnType<typeof ownLimits>): this;
}

/** Title, description, size and queries of a panel of any kind. */
export function framed<B extends CommonBuilder>(
  builder: B,
  title: string,
  { description, queries, width, height }: PanelArgs,
  { size, answer }: { size: Size; answer: "value" | "table" | "range" },
): B {
  const all = [queries].flat();
  const [first] = all;
  if (first) builder.datasource({ type: first.source, uid: first.source });
  return builder
    .title(title)
    .description(description)
    .span(width ?? size.width)
    .height(height ?? size.height)
    .targets(targetsOf(all, answer));
}

/** Unit, scale, colours, words and links of a panel with numbers. */
export function withNumbers<B extends NumbersBuilder>(builder: B, args: NumbersArgs): B {
  const { unit, decimals, min, max, limits = neutral, words, noValue, links = [] } = args;
  builder
    .unit(unit)
    .thresholds(built(thresholdsConfig(limits.steps)))
    .overrides(ownLimits(limits));
  if (decimals !== undefined) builder.decimals(decimals);
  if (min !== undefined) builder.min(min);
  if (max !== undefined) builder.max(max);
  if (noValue !== undefined) builder.noValue(noValue);
  if (words) builder.mappings([words]);
  if (links.length > 0) builder.dataLinks(links.map(built));
  return builder;
}

/** What is built already, where the SDK asks for a builder. */
export function built<T>(value: T): Builder<T> {
  return { build: () => value };
}
