import { below, pickOf } from './chance.ts';
import { idOf } from './ids.ts';
import type { Video } from './video.ts';
import type { World } from './world.ts';

/** What else a post says of itself. Null: its responses do not have the field. */
export interface VideoExtras {
  readonly aigc: 'label' | 'description' | 'flag' | 'no' | null;
  readonly duets: boolean | null;
  readonly stitches: boolean | null;
  readonly duetFromId: string | null;
  readonly writing: readonly string[];
  readonly stickerUses: number;
}

export function videoExtrasOf({ seed }: World, { number }: Video): VideoExtras {
  const any = (end: number, label: string): number => below(end, seed, 'video extras', label, number);
  const states = ['label', 'description', 'flag', 'no', 'no', 'no', null] as const;
  return {
    aigc: pickOf(states, seed, 'video extras', 'aigc', number),
    duets: any(9, 'duets') === 0 ? null : any(3, 'duet') > 0,
    stitches: any(9, 'stitches') === 0 ? null : any(3, 'stitch') > 0,
    duetFromId: any(8, 'from') === 0 ? idOf(seed, 'video', 1_000 + any(500, 'which')) : null,
    writing: any(4, 'writing') === 0 ? ['look at this', 'wait for it'].slice(0, 1 + any(2, 'lines')) : [],
    stickerUses: any(5_000, 'uses'),
  };
}
