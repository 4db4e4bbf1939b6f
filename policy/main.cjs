// What the engine starts. Its own loader for TypeScript checks types at every start and cannot read this project's settings;
// tsx, registered after it, takes its place.
require("tsx/cjs");
require("./pack.ts");
