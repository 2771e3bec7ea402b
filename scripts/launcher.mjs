#!/usr/bin/env node
// Becomes dist/offramp.js: starts dist/offramp.cjs with the code that V8 made of it in an earlier run, which takes half as long as
// compiling it again. As Python's __pycache__: kept beside the program where it may write, done without elsewhere. Its name says which
// program and which V8 it is for, and V8 refuses what does not fit.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { cachedDataVersionTag, setFlagsFromString } from "node:v8";
import vm from "node:vm";

/** Hash of the program, written here by the build. */
const hash = "HASH";
const folder = new URL("code-cache/", import.meta.url);
const cache = new URL(`${hash}-${cachedDataVersionTag()}.bin`, folder);
const url = new URL("offramp.cjs", import.meta.url);
const filename = fileURLToPath(url);

function codeOfEarlierRun() {
  try {
    return readFileSync(cache);
  } catch {
    return undefined;
  }
}

// V8 would forget, in a long run, what was compiled at its start, and the code to keep would lack it. In every run, as code fits equal flags only.
setFlagsFromString("--no-flush-bytecode");
// Functions are optimised after twice the work that V8 waits for: compiling the event loop costs more than a short run has to gain by it.
setFlagsFromString("--interrupt-budget=264000");
const cachedData = codeOfEarlierRun();
const script = new vm.Script(readFileSync(filename, "latin1"), { filename, cachedData });
const program = script.runInThisContext();
program(createRequire(url), fileURLToPath(new URL(".", url)), url.href);

// After a run: what it takes has been compiled by then.
if (cachedData === undefined && process.argv[2] === "run") {
  process.once("exit", (code) => {
    if (code !== 0 && code !== 3) return;
    try {
      mkdirSync(folder, { recursive: true });
      const draft = fileURLToPath(cache) + process.pid;
      writeFileSync(draft, script.createCachedData());
      renameSync(draft, cache);
    } catch {
      // A folder that may not be written to.
    }
  });
}
