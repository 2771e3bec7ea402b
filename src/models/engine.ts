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
