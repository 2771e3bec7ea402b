/** The event loop draws by a Threefry of its own, in AssemblyScript: it must be the one that is held to the published vectors. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import asc from "assemblyscript/asc";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { webAssembly } from "../../src/sim/loop/web-assembly.ts";
import * as random from "../../src/sim/random.ts";

let uniform: (k0: number, k1: number, c0: number, c1: number) => number;

beforeAll(async () => {
  const source = readFileSync(join(import.meta.dirname, "../../src/sim/loop/assembly/threefry.ts"), "utf8");
  let code = new Uint8Array();
  const { error } = await asc.main(["threefry.ts", "--outFile", "threefry.wasm", "-O3", "--runtime", "stub"], {
    readFile: (path) => (path === "threefry.ts" ? source : null),
    writeFile: (path, contents) => {
      if (path.endsWith(".wasm")) code = new Uint8Array(contents as Uint8Array);
    },
    listFiles: () => [],
  });
  expect(error).toBeNull();
  const { exports } = new webAssembly.Instance(new webAssembly.Module(code), {});
  uniform = exports.uniform as typeof uniform;
});

// kat_vectors of the authors' Random123 library, lines "threefry2x32 20".
test.each<[string, [number, number, number, number], [number, number]]>([
  ["all words zero", [0, 0, 0, 0], [0x6b200159, 0x99ba4efe]],
  ["all bits one", [-1, -1, -1, -1], [0x1cb996fc, 0xbb002be7]],
  ["the digits of pi", [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3], [0xc4923a9c, 0x483df7a0]],
])("%s give the uniform of the published block", (_name, [k0, k1, c0, c1], [high, low]) => {
  expect(uniform(k0, k1, c0, c1)).toBe((high >>> 6) * 2 ** -26 + ((low >>> 6) + 0.5) * 2 ** -52);
});

test("every key and counter gives what random.ts gives, to the last bit", () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  fc.assert(
    fc.property(word, word, word, word, (k0, k1, c0, c1) => {
      expect(uniform(k0, k1, c0, c1)).toBe(random.uniform(k0, k1, c0, c1));
    }),
    { numRuns: 20_000 },
  );
});
