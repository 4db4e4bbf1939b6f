import * as availability from "./availability";
import * as capacity from "./capacity";
import type { RecordingRule } from "./recording-rule";
import * as usage from "./usage";

/** Every recording rule, each after those whose series it needs. */
export const recordingRules: RecordingRule[] = [
  availability.serviceUp,
  availability.upIn5Minutes,
  availability.looksIn5Minutes,
  availability.availability,
  availability.looksIn30Days,
  capacity.diskTrend,
  capacity.memoryTrend,
  capacity.containerStart,
  capacity.containerRestarts,
  usage.cpuBusy,
  usage.containerCpu,
];
