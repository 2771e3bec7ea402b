/** Loads a model made elsewhere on a backend. */
import type { Backend } from "../backend.ts";
import type { ImportedModel } from "../model-folder.ts";
import { openGraph } from "./graph-original.ts";
import { openLayers } from "./layers-original.ts";
import type { ModelSource } from "./model-source.ts";
import type { Original } from "./original.ts";

/** The original of a model, ready to run; null where it has none. The backend must be active. */
export async function openOriginal(
  backend: Backend,
  imported: ImportedModel | null | undefined,
): Promise<Original | null> {
  if (imported === null || imported === undefined) return null;
  return openSource(backend, imported.source, "the imported model", imported.input, imported.outputs);
}

/**
 * As {@link openOriginal}, for a model just read.
 * @param where names it in errors
 * @param input its input shape, or what it leaves open of it; null takes its own
 * @param outputs nodes that answer; null takes its own
 * @throws UserError where it can't be loaded, run or cut
 */
export async function openSource(
  { tf }: Backend,
  source: ModelSource,
  where: string,
  input: readonly number[] | null,
  outputs: readonly string[] | null,
): Promise<Original> {
  return source.format === "layers"
    ? openLayers(tf, source, where, input)
    : openGraph(tf, source, where, input, outputs);
}
