/** Points between two writes where a test can stop the program. In production they do nothing. */
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
