import {
  type DashboardLink,
  type DataTransformerConfig,
  type DynamicConfigValue,
  FieldColorModeId,
  type Panel,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import * as table from "@grafana/grafana-foundation-sdk/table";
import { type Limits, thresholdsConfig } from "./limits";
import { framed, type PanelArgs } from "./panel";

/** A column: its heading, or its heading with more. */
export type Column = string | ColumnArgs;

export interface ColumnArgs {
  title: string;
  /** One of `@grafana/grafana-foundation-sdk/units`; a column with numbers has one. */
  unit?: string;
  decimals?: number;
  /** From which values on the number changes its colour. @default it has none */
  limits?: Limits;
  /** Values that are shown as words. @default none */
  words?: ValueMapping;
  /** Where a click on the cell leads; `${__value.text}` is what stands in it. @default nowhere */
  links?: DashboardLink[];
}

export interface TableArgs extends PanelArgs {
  /**
   * Label, or `Value` (`Value #A`, `Value #B` … where there are several queries) → column, from left to right. What is
   * not named is not shown. Rows of several queries with the same labels are one row.
   */
  columns: Record<string, Column>;
  /** Heading by which rows are sorted, the greatest first. @default as they come */
  sortBy?: string;
  /** What stands there while there is no row, as `nothing is wrong`. @default "No data" */
  noValue?: string;
}

/** Values as they are now, a row for each set of labels. Half the width. */
export function valueTable(title: string, args: TableArgs): Panel {
  const columns = Object.entries(args.columns).map(([field, column]): [string, ColumnArgs] => [
    field,
    typeof column === "string" ? { title: column } : column,
  ]);
  const builder = new table.PanelBuilder();
  framed(builder, title, args, { size: { width: 12, height: 8 }, answer: "table" })
    .transformations(transformationsOf(columns, [args.queries].flat().length))
    .overrides(columns.flatMap(([, column]) => overrideOf(column)))
    .filterable(true);
  if (args.sortBy) builder.sortBy([{ build: () => ({ displayName: args.sortBy ?? "", desc: true }) }]);
  if (args.noValue) builder.noValue(args.noValue);
  return builder.build();
}

function transformationsOf(columns: [string, ColumnArgs][], queries: number): DataTransformerConfig[] {
  const names = columns.map(([field]) => field);
  return [
    ...(queries > 1 ? [{ id: "merge", options: {} }] : []),
    { id: "filterFieldsByName", options: { include: { names } } },
    {
      id: "organize",
      options: {
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: Object.fromEntries(columns.map(([field, { title }]) => [field, title])),
      },
    },
  ];
}

function overrideOf({ title, unit, decimals, limits, words, links }: ColumnArgs) {
  const properties: DynamicConfigValue[] = [
    ...(unit ? [{ id: "unit", value: unit }] : []),
    ...(decimals === undefined ? [] : [{ id: "decimals", value: decimals }]),
    ...(words ? [{ id: "mappings", value: [words] }] : []),
    ...(limits
      ? [
          { id: "thresholds", value: thresholdsConfig(limits.steps) },
          { id: "color", value: { mode: FieldColorModeId.Thresholds } },
        ]
      : []),
    ...(limits || words ? [{ id: "custom.cellOptions", value: { type: "color-text" } }] : []),
    ...(links ? [{ id: "links", value: links }] : []),
  ];
  return properties.length > 0 ? [{ matcher: { id: "byName", options: title }, properties }] : [];
}
