import type { Setup } from "./setup.ts";

/** Whether a request of a stream (by number) could be served by a node group: the group runs a segment, or is a source that encodes. */
export function mayVisit({ policy, streams, model }: Setup, stream: number, group: number): boolean {
  const { source } = streams[stream]!;
  const used = policy.place.plan(source) ?? policy.mayUse?.(source) ?? null;
  if (used === null || used.includes(group)) return true;
  return source === group && model.encode[stream]![group]![0] !== null;
}
