/** The memory that an Actor's definition asks for. Source: docs.apify.com, "Dynamic Actor memory". */
import type { JsonObject } from '../../shared/json-object.ts';
import { isJson, type PreparedInput } from '../input/input.ts';
import { SchemaChecks } from '../input/schema-checks.ts';

/** An expression may take any time too. Inputs and items do not wait for expressions. */
const expressionChecks = new SchemaChecks({ expressions: true });

export interface DeclaredMemory {
  /** A number of MB, or an expression over the input and the options of the run. */
  readonly usual: number | string | undefined;
  readonly minMbytes: number | undefined;
  readonly maxMbytes: number | undefined;
}

export function declaredMemory(definition: Readonly<JsonObject> | null): DeclaredMemory {
  const { defaultMemoryMbytes: usual, minMemoryMbytes, maxMemoryMbytes } = definition ?? {};
  return {
    usual: Number.isInteger(usual) || typeof usual === 'string' ? (usual as number | string) : undefined,
    minMbytes: integerOf(minMemoryMbytes),
    maxMbytes: integerOf(maxMemoryMbytes),
  };
}

const integerOf = (value: unknown) => (Number.isInteger(value) ? (value as number) : undefined);

interface MemoryRequest {
  readonly requestedMbytes: number | undefined;
  /** What the Actor's settings say; also for an expression that cannot be evaluated, as on Apify. */
  readonly ofActorMbytes: number;
  readonly input: PreparedInput | undefined;
  /** The other options of the run, which an expression may use. */
  readonly runOptions: Readonly<Record<string, unknown>>;
}

/** The memory of a run: what is requested, else what the definition says, else the Actor's, within the definition's bounds. */
export async function memoryOfRun(declared: DeclaredMemory, request: MemoryRequest): Promise<number> {
  const { requestedMbytes, ofActorMbytes } = request;
  const wanted = requestedMbytes ?? (await declaredMbytes(declared, request)) ?? ofActorMbytes;
  return within(wanted, declared);
}

async function declaredMbytes({ usual }: DeclaredMemory, request: MemoryRequest): Promise<number | undefined> {
  if (typeof usual !== 'string') return usual;
  const context = { input: jsonInputOf(request.input), runOptions: request.runOptions };
  const verdict = await expressionChecks.check({ schemaJson: usual, task: { kind: 'memory', context } });
  return verdict.kind === 'fits' ? verdict.value : undefined;
}

function jsonInputOf(input: PreparedInput | undefined): Record<string, unknown> {
  if (input === undefined || !isJson(input.contentType)) return {};
  try {
    return JSON.parse(input.body.toString('utf8')) as Record<string, unknown>;
  } catch {
    // Without an input schema, an input need not be JSON, whatever its content type says.
    return {};
  }
}

/** A bound that is no power of two, as memory is, gives the next power within the bounds, or else itself. */
function within(mbytes: number, { minMbytes = 0, maxMbytes = Number.POSITIVE_INFINITY }: DeclaredMemory): number {
  if (mbytes < minMbytes) {
    const power = 2 ** Math.ceil(Math.log2(minMbytes));
    return power <= maxMbytes ? power : minMbytes;
  }
  if (mbytes <= maxMbytes) return mbytes;
  const power = 2 ** Math.floor(Math.log2(maxMbytes));
  return power >= minMbytes ? power : maxMbytes;
}
