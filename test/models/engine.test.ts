import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { loadBackend } from "../../src/models/backend.ts";
import { engineStates, preferredEngine, tryTfjsNode } from "../../src/models/engine.ts";
import { UserError } from "../../src/models/errors.ts";
import { Network } from "../../src/models/network.ts";
import { initialWeights, sizeOf } from "../../src/models/parameters.ts";
import { tinySpec } from "./tiny.ts";

const fake = (code: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), "offramp-fake-")), "tfjs-node.mjs");
  writeFileSync(path, code);
  return pathToFileURL(path).href;
};

test("a native engine that is not installed, or whose native part is missing, gives a reason and no error", async () => {
  expect((await tryTfjsNode("@tensorflow/tfjs-node-of-nowhere")).reason).toBe("not installed");
  const broken = fake(
    "throw new Error('The Node.js native addon module (tfjs_binding.node) can not be found\\nat ...');",
  );
  expect((await tryTfjsNode(broken)).reason).toBe(
    "The Node.js native addon module (tfjs_binding.node) can not be found",
  );
});

test("a native engine meets the functions of node:util that Node 23 removed", async () => {
  const probe = fake(
    "import { createRequire } from 'node:module'; const util = createRequire(import.meta.url)('node:util');" +
      "if (util.isNullOrUndefined(0) || !util.isNullOrUndefined(null) || !util.isArray([])) throw new Error('not there');",
  );
  expect((await tryTfjsNode(probe)).reason).toBeNull();
});

const native = await tryTfjsNode();

test.skipIf(native.reason === null)(
  "wasm is preferred where the native engine does not load, and asking for the latter says how to get it",
  async () => {
    expect(await preferredEngine()).toBe("wasm");
    await expect(loadBackend("tfjs-node")).rejects.toThrow(UserError);
    await expect(loadBackend("tfjs-node")).rejects.toThrow("npm install @tensorflow/tfjs-node@4.22.0");
  },
);

test.skipIf(native.reason !== null)(
  "the native engine agrees with the cpu engine (skipped: @tensorflow/tfjs-node is not installed)",
  async () => {
    const images = new Float32Array(sizeOf(tinySpec.input)).fill(0.5);
    const outputs: Float32Array[] = [];
    for (const name of ["cpu", "tfjs-node"] as const) {
      const network = new Network(await loadBackend(name), tinySpec, initialWeights(tinySpec, 1));
      outputs.push(network.run({ from: 0, to: 2, heads: [1], trunk: false }, images, 1)[0]!);
    }
    outputs[0]!.forEach((value, i) => {
      expect(outputs[1]![i]!).toBeCloseTo(value, 4);
    });
  },
);

test("every engine is listed with whether it works here, and why not", async () => {
  const states = await engineStates();
  expect(states.map(({ name, works }) => [name, works])).toEqual([
    ["wasm", true],
    ["cpu", true],
    ["tfjs-node", native.reason === null],
  ]);
  for (const { works, reason, remedy } of states) expect([reason === null, remedy === null]).toEqual([works, works]);
});
