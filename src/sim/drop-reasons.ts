/** Why a request was dropped; `dropReasons` in `collector.ts` names them. */
export const QUEUE = 0;
export const DEADLINE = 1;
export const LINK = 2;
export const NODE = 3;
export const ADMISSION = 4;
