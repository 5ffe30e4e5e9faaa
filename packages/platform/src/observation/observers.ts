import type { CallObserver, ObservedCall } from '../api/call-observer.ts';
import type { BuildObserver, EndedBuild } from '../builds/builder.ts';
import type { CommitObserver, ObservedCommit } from '../database/database.ts';
import type { RunState } from '../runs/state/run-state.ts';
import type { EndedHandoff, RunObserver } from '../runs/supervisor/collaborators.ts';

export type PlatformObserver = RunObserver & CallObserver & CommitObserver & BuildObserver;

/** Passes on to several observers what one is told. */
export class Observers implements PlatformObserver {
  readonly #all: readonly PlatformObserver[];

  constructor(all: readonly PlatformObserver[]) {
    this.#all = all;
  }

  changed(before: RunState | undefined, after: RunState): void {
    for (const each of this.#all) each.changed(before, after);
  }

  handoffEnded(handoff: EndedHandoff): void {
    for (const each of this.#all) each.handoffEnded(handoff);
  }

  called(call: ObservedCall): void {
    for (const each of this.#all) each.called(call);
  }

  committed(commit: ObservedCommit): void {
    for (const each of this.#all) each.committed(commit);
  }

  buildEnded(build: EndedBuild): void {
    for (const each of this.#all) each.buildEnded(build);
  }
}
