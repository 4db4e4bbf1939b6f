import * as bargauge from "@grafana/grafana-foundation-sdk/bargauge";
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LogsSortOrder,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizOrientation,
} from "@grafana/grafana-foundation-sdk/common";
import { FieldColorModeId, type Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import * as logs from "@grafana/grafana-foundation-sdk/logs";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import { neutral } from "./limits";
import { built, framed, type NumbersArgs, type PanelArgs, withNumbers } from "./panel";

const last = new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false).fields("");

export interface TimeSeriesArgs extends NumbersArgs {
  /** One above the other, where they are parts of a whole. @default beside each other */
  stacked?: boolean;
}

/** How values went over the time that is shown, a line each; limits are dashed lines. Half the width. */
export function timeSeries(title: string, args: TimeSeriesArgs): Panel {
  const builder = new timeseries.PanelBuilder();
  framed(builder, title, args, { size: { width: 12, height: 8 }, answer: "range" });
  withNumbers(builder, args)
    .legend(
      built({
        showLegend: true,
        displayMode: LegendDisplayMode.Table,
        placement: LegendPlacement.Bottom,
        calcs: ["lastNotNull", "max"],
      }),
    )
    .tooltip(built({ mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending }))
    .colorScheme(built({ mode: FieldColorModeId.PaletteClassic }))
    .lineWidth(1)
    .fillOpacity(args.stacked ? 30 : 5)
    .showPoints(VisibilityMode.Never)
    // A gap of up to two minutes is a scrape or two that failed; a longer one is shown.
    .spanNulls(120_000);
  if (args.stacked) builder.stacking(built({ mode: StackingMode.Normal, group: "A" }));
  if (args.limits && args.limits !== neutral) {
    builder.thresholdsStyle(built({ mode: GraphThresholdsStyleMode.Dashed }));
  }
  return builder.build();
}

export interface StatArgs extends NumbersArgs {
  /** With a small graph of the time that is shown. @default the last value alone */
  graph?: boolean;
}

/** A few values as they are now, large, one a series. A sixth of the width. */
export function statistic(title: string, args: StatArgs): Panel {
  const { graph = false } = args;
  const builder = new stat.PanelBuilder();
  framed(builder, title, args, { size: { width: 4, height: 4 }, answer: graph ? "range" : "value" });
  return withNumbers(builder, args)
    .reduceOptions(last)
    .colorMode(args.words ? BigValueColorMode.Background : BigValueColorMode.Value)
    .graphMode(graph ? BigValueGraphMode.Area : BigValueGraphMode.None)
    .colorScheme(built({ mode: FieldColorModeId.Thresholds }))
    .build();
}

/** Values as they are now as bars below each other, one a series. A third of the width. */
export function barGauge(title: string, args: NumbersArgs): Panel {
  const builder = new bargauge.PanelBuilder();
  framed(builder, title, args, { size: { width: 8, height: 8 }, answer: "value" });
  return withNumbers(builder, args)
    .reduceOptions(last)
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .colorScheme(built({ mode: FieldColorModeId.Thresholds }))
    .build();
}

/** Which state each series was in, and when, as bars; `words` names the states. Half the width. */
export function stateTimeline(title: string, args: NumbersArgs): Panel {
  const builder = new statetimeline.PanelBuilder();
  framed(builder, title, args, { size: { width: 12, height: 8 }, answer: "range" });
  return withNumbers(builder, args)
    .legend(
      built({
        showLegend: true,
        displayMode: LegendDisplayMode.List,
        placement: LegendPlacement.Bottom,
        calcs: [],
      }),
    )
    .tooltip(built({ mode: TooltipDisplayMode.Single, sort: SortOrder.None }))
    .colorScheme(built({ mode: FieldColorModeId.Thresholds }))
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .lineWidth(0)
    .fillOpacity(80)
    .build();
}

/** Log lines of Loki, the newest first. The whole width. */
export function logLines(title: string, args: PanelArgs & Pick<NumbersArgs, "noValue">): Panel {
  const builder = new logs.PanelBuilder();
  if (args.noValue !== undefined) builder.noValue(args.noValue);
  return framed(builder, title, args, { size: { width: 24, height: 10 }, answer: "range" })
    .showTime(true)
    .showLabels(true)
    .wrapLogMessage(true)
    .enableLogDetails(true)
    .sortOrder(LogsSortOrder.Descending)
    .build();
}
