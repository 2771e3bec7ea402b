/** The same network on one machine or over three: a scenario, run, and what of its result the study needs. */
import { prepareExperiment } from "../experiment/prepare.ts";
import type { Result } from "../experiment/result.ts";
import { runExperiment } from "../experiment/run.ts";
import type { Resources } from "../scenario/resources.ts";
import { version } from "../version.ts";

/** The profile whose network is spread: the deepest that ships. */
export const spreadProfile = "b-resnet-20-cifar10";

/** @param thresholds one an early exit, by name */
export function spreadScenario(
  thresholds: Readonly<Record<string, number>>,
  { seed, requests, replications }: { readonly seed: number; readonly requests: number; readonly replications: number },
): string {
  const list = Object.entries(thresholds)
    .map(([name, value]) => `${name}: ${value}`)
    .join(", ");
  const segments = "{ stage1-1: camera, stage1-3: camera, stage2-2: edge, stage3-1: edge, stage3-3: cloud }";
  return `# Shows: what the exits of one network save when it is spread over device, edge and cloud, and whether spreading it pays at all.
# Numbers: profile measured; devices, radio and fibre from presets (offramp explain names each source); number of cameras and rate assumed;
# thresholds are the cheapest that lose no accuracy on calibration rows.
version: 1
title: One network over device, edge and cloud
seed: ${seed}
model: { profile: ${spreadProfile} }

nodes:
  camera: { count: 40, device: rpi-zero2w }
  edge: { device: nuc-n5105, servers: 4 }
  cloud: { device: gpu-v100, servers: 2 }

links:
  cell: { between: [camera, edge], kind: shared, preset: 5g-nsa-low, up: 80 Mbit/s, down: 141 Mbit/s }
  wan: { between: [edge, cloud], kind: fifo, preset: wan-continental }

workload:
  camera: { arrivals: { poisson: 2 /s } }

policies:
  cloud-only: { exit: { rule: never }, place: { rule: only, node: cloud } }
  edge-only: { exit: { rule: never }, place: { rule: only, node: edge } }
  device-only: { exit: { rule: never }, place: { rule: only, node: camera } }
  spread:
    exit: { rule: never }
    place: { rule: fixed, segments: ${segments}, codec: uint8-deflate }
  spread-exits:
    exit: { rule: max-probability, threshold: { ${list} } }
    place: { rule: fixed, segments: ${segments}, codec: uint8-deflate }
baseline: spread

run: { requests: ${requests}, replications: ${replications} }
`;
}

/** Runs the scenario here. @param onPolicy called when a policy is through, with the share done */
export async function runSpread(
  text: string,
  resources: Resources,
  onPolicy: (share: number) => void,
): Promise<Result> {
  const experiment = prepareExperiment(text, { path: "spread.yaml", resources });
  const { result } = await runExperiment(experiment, { version, onUnit: (done, of) => onPolicy(done / of) });
  return result;
}
