/** TensorFlow.js as this folder uses it: core operations on one of three backends. Types of tfjs stay behind this file's users. */
import type * as TfCore from "@tensorflow/tfjs-core";
import { type EngineName, tryTfjsNode } from "./engine.ts";
import { UserError } from "./errors.ts";
import { registerWasmGradients } from "./kernels/index.ts";

export type Tf = typeof TfCore;

export interface Backend {
  readonly name: EngineName;
  readonly version: string;
  readonly tf: Tf;
  /** Makes this the backend of the operations that follow; backends share one global engine. */
  activate(): Promise<void>;
}

const tfjsNames: Record<EngineName, string> = { wasm: "wasm", cpu: "cpu", "tfjs-node": "tensorflow" };
const loaded = new Map<EngineName, Promise<Backend>>();

/**
 * Loads an engine once per process and makes it the active one.
 * @throws UserError when `tfjs-node` is asked for by name and does not load
 */
export async function loadBackend(name: EngineName): Promise<Backend> {
  let backend = loaded.get(name);
  if (backend === undefined) {
    backend = open(name);
    loaded.set(name, backend);
    backend.catch(() => loaded.delete(name));
  }
  await (await backend).activate();
  return backend;
}

/** As {@link loadBackend}, with the gradients of all operations: in Node only tfjs-layers registers them. */
export async function loadTrainingBackend(name: EngineName): Promise<Backend> {
  await import("@tensorflow/tfjs-layers");
  return loadBackend(name);
}

async function open(name: EngineName): Promise<Backend> {
  if (name === "tfjs-node") {
    const { reason } = await tryTfjsNode();
    if (reason !== null) {
      throw new UserError("engine tfjs-node", {
        expected: "the optional package @tensorflow/tfjs-node, with its native part",
        got: reason,
        hint: "npm install @tensorflow/tfjs-node@4.22.0, or leave --engine out",
      });
    }
  }
  const tf = await import("@tensorflow/tfjs-core");
  // Silences the banner that advises tfjs-node and skips checks in inner loops.
  tf.enableProdMode();
  if (name === "wasm") {
    await import("@tensorflow/tfjs-backend-wasm");
    registerWasmGradients(tf);
  }
  if (name === "cpu") await import("@tensorflow/tfjs-backend-cpu");
  return {
    name,
    version: tf.version_core,
    tf,
    activate: async () => {
      if (!(await tf.setBackend(tfjsNames[name]))) throw new Error(`TensorFlow.js backend ${name} did not initialise`);
      await tf.ready();
    },
  };
}
