import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Where `wherry` keeps its compiled code, too. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/wherry', import.meta.url));

/** Client and server in one process would share an event loop and measure each other, so each has its own process. */
export interface Child<Ready, Question = null, Answer = null> extends AsyncDisposable {
  /** The message of the program when it was ready. */
  readonly ready: Ready;
  ask(question: Question): Promise<Answer>;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly profileFolder?: string | undefined;
}

/** A message of a child: see `children/serve.ts`. */
export type Message = { readonly answer: unknown } | { readonly error: string };

/** A child that does not end within this time after the request to end is killed. */
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
    // The SDK logs to both outputs; only its failures are shown.
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

/** If this process itself runs in an Actor, the Actor's variables must not reach the programs. */
function withoutActorVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(?:ACTOR|APIFY|CRAWLEE)_/.test(name)));
}

async function nextAnswer(child: ChildProcess, program: string): Promise<unknown> {
  const listening = new AbortController();
  const { signal } = listening;
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error(`${program} ended before it was ready`);
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
