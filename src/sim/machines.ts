/** Columns of a machine: requests in service, requests waiting, first and last of those. */
export const BUSY = 0;
export const QUEUED = 1;
export const HEAD = 2;
export const TAIL = 3;
export const machineShift = 2;
export const machineWidth = 4;
