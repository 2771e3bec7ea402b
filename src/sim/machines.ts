/** Columns of a machine: requests in service, requests waiting, first and last of those. */
export const BUSY = 0;
export const QUEUED = 1;
export const HEAD = 2;
export const TAIL = 3;
export const machineShift = 2;
export const machineWidth = 4;

/** Busy seconds that are kept at every slice, machine by machine: more would take too much memory. */
const keptSeconds = 1 << 19;

/** Whether the busy seconds of each machine of a group are kept, not only of all together. */
export const keepsEach = (machines: number, slices: number): boolean => machines * slices <= keptSeconds;
