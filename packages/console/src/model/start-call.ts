/** The call that starts a run with exactly the input and the options of a form. Pure. */
import { type ApiCall, pythonLiteral, shellQuoted } from './api-call.ts';
import type { JsonObject } from './input-schema.ts';
import type { RunOptions } from './run-options.ts';

export interface StartRequest {
  /** The id, or `username~name`. */
  readonly actorId: string;
  readonly input: JsonObject;
  readonly options: RunOptions;
  /** Full permissions for code of another user, which are asked for at each start. */
  readonly forcePermissionLevel?: 'FULL_PERMISSIONS' | undefined;
}

const parametersOf = ({ options, forcePermissionLevel }: StartRequest): readonly (readonly [string, unknown])[] =>
  (
    [
      ['build', options.build],
      ['memory', options.memoryMbytes],
      ['timeout', options.timeoutSecs],
      ['maxItems', options.maxItems],
      ['maxTotalChargeUsd', options.maxTotalChargeUsd],
      ['restartOnError', options.restartOnError],
      ['forcePermissionLevel', forcePermissionLevel],
    ] as const
  ).filter(([, value]) => value !== undefined);

export function startPath(request: StartRequest): string {
  const query = new URLSearchParams(parametersOf(request).map(([name, value]) => [name, String(value)])).toString();
  return `/v2/actors/${encodeURIComponent(request.actorId)}/runs${query === '' ? '' : `?${query}`}`;
}

/** The options of the Python client by those of the API. */
const pythonNames: Readonly<Record<string, string>> = {
  memory: 'memory_mbytes',
  timeout: 'timeout_secs',
  maxItems: 'max_items',
  maxTotalChargeUsd: 'max_total_charge_usd',
  restartOnError: 'restart_on_error',
  forcePermissionLevel: 'force_permission_level',
};

export function startCall(request: StartRequest): ApiCall {
  const parameters = parametersOf(request);
  const { actorId, input } = request;
  const options = parameters.length === 0 ? '' : `, ${JSON.stringify(Object.fromEntries(parameters))}`;
  const python = parameters.map(([name, value]) => `, ${pythonNames[name] ?? name}=${pythonLiteral(value)}`).join('');
  const wherry = wherryOf(request);
  return {
    about: 'Start the Actor with this input',
    method: 'POST',
    path: startPath(request),
    body: input,
    javascript: `actor(${JSON.stringify(actorId)}).start(${JSON.stringify(input, undefined, 2)}${options})`,
    python: `actor(${JSON.stringify(actorId)}).start(run_input=${pythonLiteral(input)}${python})`,
    ...(wherry !== undefined && { wherry }),
  };
}

/** The flags of `wherry run`, which has none for the others. */
const flags: Readonly<Record<string, string>> = { build: 'build', memory: 'memory', timeout: 'timeout' };

function wherryOf(request: StartRequest): string | undefined {
  const parameters = parametersOf(request);
  if (parameters.some(([name]) => flags[name] === undefined)) return undefined;
  const options = parameters.map(([name, value]) => ` --${flags[name]} ${shellQuoted(String(value))}`).join('');
  return `run ${shellQuoted(request.actorId)} --input ${shellQuoted(JSON.stringify(request.input))}${options}`;
}
