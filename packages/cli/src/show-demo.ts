import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deploy } from './actor/deploy.ts';
import { runDemo } from './demo/demo.ts';
import { type DemoKind, type DemoPlan, demoPlans } from './demo/demo-kind.ts';
import { abortFormerDemo } from './demo/former-demo.ts';
import type { Show } from './demo/show.ts';
import { foreignSiteShow, ownSiteShow } from './demo/site-show.ts';
import type { Verdict } from './demo/verdict.ts';
import { Failure } from './failure.ts';
import type { Connection } from './platform/connection.ts';
import type { Progress } from './terminal/progress.ts';

const actorsFolder = fileURLToPath(new URL('../../../actors', import.meta.url));

interface ShowDemoOptions {
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

/** Deploys the demo's Actors, unless the platform has them already, and runs the demo. */
export async function showDemo(options: ShowDemoOptions): Promise<Verdict> {
  const { connection, kind, progress, signal } = options;
  // This comes first: without its site, the former run would soon end as if its crawl were complete.
  const former = await abortFormerDemo(connection);
  if (former !== undefined) progress.step(`The run ${former} of an interrupted demo is aborted.`);
  const plan = demoPlans[kind];
  await using show = await showOf(options);
  const actor = await deployActors(options, plan, show);
  // Awaited here, because the site ends on return.
  return await runDemo({ connection, actor, plan, show, progress, signal });
}

/** The demo of TikTok is imported only when it runs, because that takes time. */
async function showOf({ kind, url, siteHost }: ShowDemoOptions): Promise<Show> {
  if (kind === 'tiktok') return (await import('./demo/tiktok-show.ts')).tiktokShow(siteHost);
  return url === undefined ? ownSiteShow(siteHost) : foreignSiteShow(url);
}

/** Returns the full name of the demo's own Actor. */
async function deployActors(
  { connection, progress, signal }: ShowDemoOptions,
  plan: DemoPlan,
  show: Show,
): Promise<string> {
  let actor = plan.actor;
  for (const name of [plan.actor, ...plan.besides]) {
    signal.throwIfAborted();
    const isOwn = name === plan.actor;
    try {
      const folder = path.join(actorsFolder, name);
      const environment = isOwn ? show.environment : {};
      const { fullName, wasBuilt } = await deploy(connection, folder, buildReporter(progress, name), environment);
      progress.step(`Actor ${fullName}: ${wasBuilt ? 'built' : 'up to date'}`);
      if (isOwn) actor = fullName;
    } catch (error) {
      // The demo needs only one of them.
      if (isOwn || !(error instanceof Failure)) throw error;
      progress.step(`Actor ${name}: not built. ${error.message}`);
    }
  }
  return actor;
}

/** Reports a build with the first line of its log: most starts need no build. */
function buildReporter(progress: Progress, name: string): (line: string) => void {
  let isReported = false;
  return (line) => {
    if (!isReported) progress.step(`Building the Actor ${name}; its first build installs its dependencies.`);
    isReported = true;
    progress.update(`  ${line}`);
  };
}
