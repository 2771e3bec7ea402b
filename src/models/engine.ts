/** What computes a network, by name; nothing of TensorFlow.js is loaded by importing this. */
import { createRequire } from "node:module";

/** `wasm`: SIMD, one thread, the default. `tfjs-node`: native, where that package is installed. `cpu`: plain JavaScript, slow, the oracle of tests. */
export type EngineName = "wasm" | "cpu" | "tfjs-node";
export const engineNames: readonly EngineName[] = ["wasm", "cpu", "tfjs-node"];

/**
 * Imports `@tensorflow/tfjs-node`, an optional peer, which registers its backend with our tfjs-core.
 * @param name the package to import; tests give a stand-in
 * @returns why it is unavailable, null when it loaded
 */
export async function tryTfjsNode(name = "@tensorflow/tfjs-node"): Promise<{ readonly reason: string | null }> {
  // tfjs-node 4.22 calls functions that Node 23 removed; their fix was merged upstream and never released.
  const util = createRequire(import.meta.url)("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  try {
    await import(name);
    return { reason: null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const absent = code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
    return { reason: absent ? "not installed" : (String(message).split("\n")[0] ?? "unknown") };
  }
}

/** The native engine where it loads, else wasm. */
export async function preferredEngine(): Promise<EngineName> {
  return (await tryTfjsNode()).reason === null ? "tfjs-node" : "wasm";
}

/** An engine, and whether it can be used here. */
export interface EngineState {
  readonly name: EngineName;
  readonly works: boolean;
  /** Fit to train with; all engines run and measure trained models. */
  readonly trains: boolean;
  readonly describe: string;
  /** Why it does not work; null where it does. */
  readonly reason: string | null;
  /** What would make it work; null where it does. */
  readonly remedy: string | null;
}

/** Tries every engine: loads TensorFlow.js. */
export async function engineStates(): Promise<EngineState[]> {
  const states: EngineState[] = [];
  for (const name of engineNames) states.push({ name, ...about[name], ...(await tried(name)) });
  return states;
}

const about: Readonly<Record<EngineName, Pick<EngineState, "trains" | "describe">>> = {
  wasm: { trains: true, describe: "WebAssembly with SIMD, one thread; the default" },
  cpu: { trains: false, describe: "plain JavaScript, the oracle of tests; hundreds of times slower in training" },
  "tfjs-node": { trains: true, describe: "native TensorFlow; profile prefers it where it is installed" },
};

async function tried(name: EngineName): Promise<Pick<EngineState, "works" | "reason" | "remedy">> {
  if (name === "tfjs-node") {
    const { reason } = await tryTfjsNode();
    const remedy = reason === null ? null : "npm install @tensorflow/tfjs-node@4.22.0";
    return { works: reason === null, reason, remedy };
  }
  try {
    const { loadBackend } = await import("./backend.ts");
    await loadBackend(name);
    return { works: true, reason: null, remedy: null };
  } catch (error) {
    const reason = String((error as Error).message).split("\n")[0] ?? "unknown";
    return { works: false, reason, remedy: "npm install, with the versions of package-lock.json" };
  }
}
