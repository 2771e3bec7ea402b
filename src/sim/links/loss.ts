/** Whether an attempt to send a message is lost: by a probability, or by the two of a channel that is well or badly for a while. */
import { mean } from "../distribution-moments.ts";
import { deriveKey, type Key, uniform } from "../random.ts";
import type { Link, Loss } from "../setup.ts";
import { Marks, type PieceKey, pieceKey, TwoStates, turnsOf } from "./pieces.ts";
import { Timelines } from "./timelines.ts";

interface Root {
  readonly seed: number;
  readonly replication: number;
}

const directions = ["up", "down"] as const;

/** Losses of one direction of a link. */
export class LossDraws {
  readonly loss: Loss;
  private readonly link: Link;
  /** By stream. */
  private readonly keys: readonly Key[];
  /** Probability of a loss over time, by resource; null where it never changes. */
  private readonly channels: Timelines | null;

  /** @param resources of the link direction */
  constructor(
    link: Link,
    loss: Loss,
    way: number,
    resources: number,
    streams: readonly { readonly name: string }[],
    root: Root,
  ) {
    this.loss = loss;
    this.link = link;
    const direction = directions[way & 1]!;
    this.keys = streams.map((stream) =>
      deriveKey(root.seed, root.replication, "loss", link.name, direction, stream.name),
    );
    this.channels =
      loss.kind === "bernoulli"
        ? null
        : channels(loss, resources, pieceKey(root, 0, "loss state", link.name, direction), root);
  }

  /**
   * Whether an attempt that begins at `at` is lost. Its draw depends on (request, link, direction, attempt) alone.
   * @param number of the resource within the link
   * @param attempt from 0
   */
  isLost(
    stream: number,
    request: number,
    device: number,
    attempt: number,
    payload: number,
    number: number,
    at: number,
    now: number,
  ): boolean {
    const p = this.probability(number, at, now);
    if (p === 0) return false;
    const { k0, k1 } = this.keys[stream]!;
    return uniform(k0, k1, request, device + attempt * 2 ** 20) < messageLoss(this.loss, this.link, p, payload);
  }

  private probability(number: number, at: number, now: number): number {
    if (this.loss.kind === "bernoulli") return this.loss.probability;
    const channel = this.channels!.of(number, now);
    channel.forget(now);
    return at < Number.POSITIVE_INFINITY ? channel.at(at) : 0;
  }
}

/** Well or badly, by resource. */
function channels(
  { good, bad, goodFor, badFor }: Extract<Loss, { kind: "gilbert-elliott" }>,
  resources: number,
  key: PieceKey,
  root: Root,
): Timelines {
  const turns = turnsOf(good, bad, goodFor, badFor);
  const marks = new Marks(root, resources);
  return new Timelines(resources, false, () => new TwoStates(turns, key, marks));
}

/** Probability that a message is lost when that of what is lost at once is `p`: one packet of it is enough. */
export function messageLoss(loss: Loss, link: Pick<Link, "mtu">, p: number, payload: number): number {
  if (loss.per === "message") return p;
  return -Math.expm1(packetsOf(link, payload) * Math.log1p(-p));
}

/** Packets of a message; an empty one is a packet, too. */
export function packetsOf({ mtu }: Pick<Link, "mtu">, payload: number): number {
  return Math.max(1, Math.ceil(payload / mtu));
}

/** Mean number of times that a message is sent, from the mean probability of a loss; the states of a channel are taken as independent. */
export function attemptsOf(link: Pick<Link, "mtu" | "loss">, payload: number): number {
  const { loss } = link;
  if (loss === null) return 1;
  const p = messageLoss(loss, link, meanLoss(loss), payload);
  return p === 1 ? loss.attempts : (1 - p ** loss.attempts) / (1 - p);
}

function meanLoss(loss: Loss): number {
  if (loss.kind === "bernoulli") return loss.probability;
  const [well, badly] = [mean(loss.goodFor), mean(loss.badFor)];
  return (loss.good * well + loss.bad * badly) / (well + badly);
}
