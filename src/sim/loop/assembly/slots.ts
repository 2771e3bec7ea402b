/** Slots of requests in flight. */
import { ARRIVED_AT, CROSSED, EXIT, LEAVES_AT, RECEIVED } from "../../request-columns";
import { FREE_SLOTS, FREED, USED } from "../layout";
import { int, intsOf, realsOf } from "./memory";

/** A slot with parts 0 (whoever releases one clears them), no exit, nothing crossed; room must have been reserved. */
export function take(): i32 {
  const freed = load<i32>(FREED);
  let slot: i32;
  if (freed > 0) {
    store<i32>(FREED, freed - 1);
    slot = int(load<usize>(FREE_SLOTS), freed - 1);
  } else {
    slot = load<i32>(USED);
    store<i32>(USED, slot + 1);
  }
  const i = intsOf(slot);
  store<i32>(i, -1, EXIT << 2);
  store<i32>(i, -1, CROSSED << 2);
  store<i32>(i, 0, RECEIVED << 2);
  store<f64>(realsOf(slot), 0, LEAVES_AT << 3);
  return slot;
}

export function release(slot: i32): void {
  store<f64>(realsOf(slot), -1, ARRIVED_AT << 3);
  const freed = load<i32>(FREED);
  store<i32>(<usize>load<usize>(FREE_SLOTS) + ((<usize>freed) << 2), slot);
  store<i32>(FREED, freed + 1);
}
