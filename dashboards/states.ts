import { MappingType, type ValueMap } from "@grafana/grafana-foundation-sdk/dashboard";

/** Values as words, each with its colour, as `{ 0: ["down", "red"], 1: ["up", "green"] }`. */
export function states(words: Record<number, [text: string, color: string]>): ValueMap {
  const options = Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

export const up = states({ 0: ["down", "red"], 1: ["up", "green"] });
