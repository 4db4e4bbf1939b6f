import { Command } from "commander";
import { buildFunctions } from "../functions/build";
import { buildImageContext } from "../images/security-metrics/bundle";
import { exitWith, run } from "./command";
import { table } from "./table";

const program = new Command("npm run build --")
  .description(
    "Bundles what is deployed of our own: functions/<id>/dist/, and images/security-metrics/dist/ of which its image is built.",
  )
  .showHelpAfterError("(--help tells more)");

run(program, async () => {
  const bundles = await buildFunctions();
  const rows = bundles.map(({ id, main, archive, digest }) => [
    `functions/${id}/dist`,
    size(Buffer.byteLength(main)),
    size(archive.length),
    digest.slice(0, 12),
  ]);
  const image = await buildImageContext();
  rows.push([image.context, size(image.bytes), "", ""]);
  console.log(table([["Folder", "main.js", `.tar.gz`, "Digest"], ...rows]));
  exitWith("good");
});

function size(bytes: number): string {
  return `${Math.round(bytes / 1024)} KB`;
}
