/**
 * The refusal of a request, as plain data that can be sent to another thread.
 * `type` is Apify's error type where Apify has one. Callers compare it, never the message.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly statusCode: number;
  readonly type: string;
  /** Further fields of the error object in the response, e.g. which items were invalid. */
  readonly details: Record<string, unknown> | undefined;

  constructor(statusCode: number, type: string, message: string, details?: Record<string, unknown>) {
    super(message);
    this.statusCode = statusCode;
    this.type = type;
    this.details = details;
  }
}

export const notFound = (noun: string, id: string): Refusal =>
  new Refusal(404, 'record-not-found', `${noun} was not found: there is none with the id or name "${id}".`);

export const invalidInput = (message: string): Refusal => new Refusal(400, 'invalid-input', message);

/** [fence-1] every request of an attempt that is not active is refused, permanently. */
export const attemptFenced = (runId: string, attempt: number): Refusal =>
  new Refusal(
    403,
    'attempt-fenced',
    `Attempt ${attempt} of run ${runId} is not the active one any more. Nothing was changed; end this process.`,
    { runId, attempt },
  );

/** [fence-4] */
export const visitorsOnlyRead = (): Refusal =>
  new Refusal(401, 'token-not-provided', 'Without an API token, nothing can be changed. Send one.');

export const databaseDamaged = (reason: string): Refusal =>
  new Refusal(
    503,
    'database-damaged',
    `The platform cannot read its database (${reason}). End the platform, and restore a backup with \`wherry restore\`.`,
  );

export const databaseMissing = (file: string): Refusal =>
  new Refusal(
    503,
    'database-missing',
    `The database ${file} was deleted or replaced while the platform was up, so nothing can be stored. End the platform, and restore a backup with \`wherry restore\`.`,
  );

export const storageFull = (): Refusal =>
  new Refusal(
    507,
    'storage-full',
    'The disk of the platform is full, so nothing was changed. Free space in its data folder and send this again.',
  );
