import Docker from 'dockerode';

/** Where Docker's own client looks, too. */
const usualHost = 'unix:///var/run/docker.sock';

/**
 * @param host as in `DOCKER_HOST`: `unix://…` or `tcp://…`; `https://…` for one over TLS
 * @throws Error for another kind of address
 */
export function connectDocker(host: string = usualHost): Docker {
  const socketPath = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
  // `host` is said to be absent, since dockerode would take it from its environment otherwise.
  if (socketPath !== undefined) return new Docker({ socketPath, host: undefined } as Docker.DockerOptions);
  const url = URL.canParse(host) ? new URL(host) : undefined;
  if (url === undefined || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new Error(`"${host}" is no address of a Docker daemon. Give one like ${usualHost} or tcp://10.0.0.5:2376.`);
  }
  const isSecure = url.protocol === 'https:';
  return new Docker({
    host: url.hostname,
    port: url.port || (isSecure ? 2376 : 2375),
    protocol: isSecure ? 'https' : 'http',
  });
}

/** The status that the daemon answered with; undefined when it did not answer. */
export const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

export const isMissing = (error: unknown): boolean => statusOf(error) === 404;

/** What the daemon answers, or undefined when it has no such thing. */
export function unlessMissing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  return asked.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** What the daemon said, without what the client puts before it. */
export function messageOf(error: unknown): string {
  const { json, message } = error as { json?: { message?: string }; message: string };
  return json?.message ?? message;
}
