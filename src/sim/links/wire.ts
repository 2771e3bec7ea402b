import type { Link } from "../setup.ts";
import { packetsOf } from "./loss.ts";

/** Payload with the headers of its packets [B]. */
export function wireBytes(link: Pick<Link, "mtu" | "header">, payload: number): number {
  return link.header === 0 ? payload : payload + packetsOf(link, payload) * link.header;
}
