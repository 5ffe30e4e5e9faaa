import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Connection } from './connection.ts';
import { runDemo } from './demo/demo.ts';
import { type DemoKind, type DemoPlan, demoPlans } from './demo/demo-kind.ts';
import { abortFormerDemo } from './demo/former-demo.ts';
import type { Show } from './demo/show.ts';
import { foreignSiteShow, ownSiteShow } from './demo/site-show.ts';
import type { Verdict } from './demo/verdict.ts';
import { deploy } from './deploy.ts';
import { Failure } from './failure.ts';
import type { Progress } from './progress.ts';

const actorsFolder = fileURLToPath(new URL('../../../actors', import.meta.url));

export interface DemoWish {
  readonly connection: Connection;
  readonly kind: DemoKind;
  /** The site to crawl; undefined for the demo's own. */
  readonly url: string | undefined;
  /** An address of this machine that Actors reach, for the demo's own site. */
  readonly siteHost: string | undefined;
  readonly progress: Progress;
  /** Ends the demo, and its run with it. */
  readonly signal: AbortSignal;
}

/** Brings the demo's Actors to the platform, as far as it does not have them yet, and runs the demo. */
export async function showDemo(wish: DemoWish): Promise<Verdict> {
  const { connection, kind, progress, signal } = wish;
  // First of all: without its site the run soon ends, as if it had crawled what there is.
  const former = await abortFormerDemo(connection);
  if (former !== undefined) progress.step(`The run ${former} of a demo that was broken off is aborted.`);
  const plan = demoPlans[kind];
  await using show = await showOf(wish);
  const actor = await bringActors(wish, plan, show);
  // Awaited here: its site ends on return.
  return await runDemo({ connection, actor, plan, show, progress, signal });
}

/** The demo of TikTok takes a while to load. */
async function showOf({ kind, url, siteHost }: DemoWish): Promise<Show> {
  if (kind === 'tiktok') return (await import('./demo/tiktok-show.ts')).tiktokShow(siteHost);
  return url === undefined ? ownSiteShow(siteHost) : foreignSiteShow(url);
}

/** Answers the demo's own Actor as the platform knows it. */
async function bringActors({ connection, progress, signal }: DemoWish, plan: DemoPlan, show: Show): Promise<string> {
  let actor = plan.actor;
  for (const name of [plan.actor, ...plan.besides]) {
    signal.throwIfAborted();
    const isOwn = name === plan.actor;
    try {
      const folder = path.join(actorsFolder, name);
      const environment = isOwn ? show.environment : {};
      const { fullName, wasBuilt } = await deploy(connection, folder, buildTeller(progress, name), environment);
      progress.step(`Actor ${fullName}: ${wasBuilt ? 'built' : 'up to date'}`);
      if (isOwn) actor = fullName;
    } catch (error) {
      // The demo is about one of them.
      if (isOwn || !(error instanceof Failure)) throw error;
      progress.step(`Actor ${name}: not built. ${error.message}`);
    }
  }
  return actor;
}

/** A build may take a while, and most starts need none: it is told of with its first line. */
function buildTeller(progress: Progress, name: string): (line: string) => void {
  let isTold = false;
  return (line) => {
    if (!isTold) progress.step(`Building the Actor ${name}; its first build installs what it needs.`);
    isTold = true;
    progress.update(`  ${line}`);
  };
}
