/** Instants at which the devices of a stream ask: each depends on (seed, replication, stream, device, the device's own request number). */
export interface ArrivalProcess {
  /**
   * Instant of a device's request `number`, never before the one before it; +Infinity when there are no more.
   * Asked once for every number of a device, in order: what a process remembers of a device is its state, never a source of chance.
   * @param before instant of the device's request before this one; 0 before the first
   */
  next(number: number, device: number, before: number): number;
}
