import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** As `wherry` is started. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/wherry', import.meta.url));

/** Client and server in one process would share an event loop, and so measure each other: each gets its own. */
export interface Child<Ready, Question = null, Answer = null> extends AsyncDisposable {
  /** What the program told when it was ready. */
  readonly ready: Ready;
  ask(question: Question): Promise<Answer>;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly profileFolder?: string | undefined;
}

/** What a child sends: see `children/serve.ts`. */
export type Message = { readonly answer: unknown } | { readonly error: string };

/** A child that does not end when asked to within this time is killed. */
const endGraceMs = 20_000;

/** Starts a program of this package and waits until it is ready. `program` is a path within `bench/src`. */
export async function startChild<Ready = null, Question = null, Answer = null>(
  program: string,
  options: ChildOptions = {},
): Promise<Child<Ready, Question, Answer>> {
  const { args = [], environment = {}, profileFolder } = options;
  const profiling = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...profiling, file, ...args], {
    env: { NODE_COMPILE_CACHE: compileCache, ...withoutActorVariables(process.env), ...environment },
    // The SDK logs to both outputs; what it says of a failure goes on.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = (await nextAnswer(child, program)) as Ready;
  return {
    ready,
    async ask(question) {
      child.send({ question });
      return (await nextAnswer(child, program)) as Answer;
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

/** The variables of an Actor that this very process may have must not reach the programs. */
function withoutActorVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(?:ACTOR|APIFY|CRAWLEE)_/.test(name)));
}

async function nextAnswer(child: ChildProcess, program: string): Promise<unknown> {
  const listening = new AbortController();
  const { signal } = listening;
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error(`${program} ended before it answered`);
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [Message];
    if ('error' in message) throw new Error(`${program}: ${message.error}`);
    return message.answer;
  } finally {
    ended.catch(() => undefined);
    listening.abort();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), endGraceMs);
  if (child.connected) child.disconnect();
  await ended;
  clearTimeout(timer);
}
