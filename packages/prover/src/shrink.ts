/**
 * Simpler cases that may fail in the same way, the simplest first.
 *
 * [shrink-1] each has fewer faults than the case, or as many and one of them at an earlier write.
 */
import type { Case, Fault } from './fault.ts';

export function simplerCases(faults: Case): Case[] {
  const single = faults.length > 1 ? faults.map((fault): Case => [fault]) : [];
  const earlier = faults.length > 1 ? [] : faults.flatMap((fault) => earlierFaults(fault).map((each): Case => [each]));
  return [...single, ...earlier];
}

/** The first write of its type, then halfway. */
function earlierFaults(fault: Fault): Fault[] {
  const ordinals = new Set([1, 2, Math.floor(fault.ordinal / 2)].filter((each) => each >= 1 && each < fault.ordinal));
  return [...ordinals].sort((one, other) => one - other).map((ordinal) => ({ ...fault, ordinal }));
}
