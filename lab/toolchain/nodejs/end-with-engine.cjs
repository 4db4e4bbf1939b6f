// Ends a process when the engine that started it is gone: one that was killed cannot say goodbye.
"use strict";
const engine = process.ppid;
setInterval(() => {
  if (process.ppid !== engine) process.exit(1);
}, 2000).unref();
