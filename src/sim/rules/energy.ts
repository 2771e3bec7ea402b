/** What a placement is expected to draw. */
import { wireBytes } from "../links/wire.ts";
import { flowOf, stageOn, type Work } from "./cost.ts";
import type { NetworkView, RateOf } from "./network.ts";

/**
 * Mean energy of one request [J]: each piece's time x (busy - idle) / servers of its node, and of each tensor and answer the radio's sending or receiving
 * power x its time on the link + energy by byte. What a radio draws because it stays connected is left out: it depends on the load.
 * A node without figures, and a link without a radio, draw nothing.
 */
export function expectedEnergy(work: Work, stream: number, nodes: readonly number[], rateOf?: RateOf): number {
  const { network } = work;
  const rates = rateOf ?? ((way) => network.rate(way));
  const { source, answerTo } = network.streams[stream]!;
  const { reach, leave } = flowOf(work);
  let at = source;
  let total = 0;
  nodes.forEach((node, k) => {
    if (at !== node) {
      const codec =
        network.encode(stream, at, k) * drawOf(network, at) + network.decode(stream, node, k) * drawOf(network, node);
      total += reach[k]! * (codec + radioEnergy(network, at, node, network.bytes(stream, k), rates));
    }
    total += reach[k]! * stageOn(work, stream, node, k) * drawOf(network, node);
    const due = answerTo === "source" ? source : answerTo;
    if (due !== "nowhere") total += leave[k]! * radioEnergy(network, node, due, network.resultBytes(stream), rates);
    at = node;
  });
  return total;
}

/** Watts that one busy server adds. */
function drawOf({ nodes }: NetworkView, node: number): number {
  const { power, servers } = nodes[node]!;
  return power === null ? 0 : (power.busy - power.idle) / servers;
}

function radioEnergy(network: NetworkView, from: number, to: number, payload: number, rateOf: RateOf): number {
  let energy = 0;
  for (const way of network.route(from, to) ?? []) {
    const link = network.links[way >> 1]!;
    if (link.energy === null) continue;
    const size = wireBytes(link, payload);
    const time = (size * 8) / rateOf(way);
    const { sending, receiving, perByteSent, perByteReceived } = link.energy;
    energy += (way & 1) === 0 ? sending * time + perByteSent * size : receiving * time + perByteReceived * size;
  }
  return energy;
}
