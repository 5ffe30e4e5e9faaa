/** Where a test stops the program: each lies between two writes. In production nothing happens there. */
const crashPoints = [
  'begun',
  'parts-stored',
  'intent-written',
  'items-pushed',
  'records-written',
  'requests-added',
  'handled-marked',
  'charged',
  'mark-written',
  'parts-deleted',
  'child-intended',
  'child-started',
  'child-stored',
] as const;

export type CrashPoint = (typeof crashPoints)[number];
export type AtCrashPoint = (point: CrashPoint) => void | Promise<void>;
