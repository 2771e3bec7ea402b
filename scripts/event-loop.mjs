// Compiles src/sim/loop/assembly/ (AssemblyScript) to WebAssembly, and writes it as a module, src/sim/loop/code.ts.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const base = join(root, "src/sim");
const target = join(base, "loop/code.ts");

const flags = [
  ["-O3", "--runtime", "stub", "--noAssert"],
  // Shared: views of it stay good when it grows. As in web-assembly.ts and layout.ts, whose first bytes are ours.
  ["--importMemory", "--sharedMemory", "--maximumMemory", "32768", "--enable", "threads", "--memoryBase", "512"],
].flat();

function read(path) {
  try {
    return readFileSync(join(base, path), "utf8");
  } catch {
    return null;
  }
}

/** @param instead contents to compile in place of a file's, by path below src/sim/ @param names keep those of functions, for profilers */
export async function compileEventLoop(instead = {}, names = false) {
  let code = null;
  const words = [
    "loop/assembly/event-loop.ts",
    "--outFile",
    "event-loop.wasm",
    ...flags,
    ...(names ? ["--debug"] : []),
  ];
  const { error, stderr } = await asc.main(words, {
    readFile: (path) => instead[path] ?? read(path),
    writeFile: (path, contents) => {
      if (path.endsWith(".wasm")) code = contents;
    },
    listFiles: () => [],
  });
  const said = `${stderr}`;
  if (error !== null || code === null || said !== "") throw new Error(`the event loop does not compile\n${said}`);
  return code;
}

/** A module that holds the code in base64. */
export const moduleOf = (code) => `export const code =\n  "${Buffer.from(code).toString("base64")}";\n`;

export async function writeEventLoop(names = false) {
  const code = await compileEventLoop({}, names);
  const text = `/** WebAssembly, written by scripts/event-loop.mjs from assembly/. */\n${moduleOf(code)}`;
  // Whole or not at all: tests may be reading it.
  writeFileSync(`${target}.tmp`, text);
  renameSync(`${target}.tmp`, target);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeEventLoop(process.argv.includes("--names"));
