import Docker from 'dockerode';

/** The default of Docker's own client. */
const usualHost = 'unix:///var/run/docker.sock';

/**
 * @param host as in `DOCKER_HOST`: `unix://…` or `tcp://…`; `https://…` for one over TLS
 * @throws Error for another kind of address
 */
export function connectDocker(host: string = usualHost): Docker {
  const socketPath = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
  // `host` is set to undefined, since dockerode would otherwise take it from the environment.
  if (socketPath !== undefined) return new Docker({ socketPath, host: undefined } as Docker.DockerOptions);
  const url = URL.canParse(host) ? new URL(host) : undefined;
  if (url === undefined || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new Error(
      `"${host}" is not the address of a Docker daemon. Set one like ${usualHost} or tcp://10.0.0.5:2376.`,
    );
  }
  const isSecure = url.protocol === 'https:';
  return new Docker({
    host: url.hostname,
    port: url.port || (isSecure ? 2376 : 2375),
    protocol: isSecure ? 'https' : 'http',
  });
}

/** The status of the daemon's response; undefined when it did not respond. */
export const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

export const isMissing = (error: unknown): boolean => statusOf(error) === 404;

/** What the daemon responds, or undefined when it responds with 404. */
export function unlessMissing<Result>(asked: Promise<Result>): Promise<Result | undefined> {
  return asked.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** The daemon's own message, without the prefix of the client. */
export function messageOf(error: unknown): string {
  const { json, message } = error as { json?: { message?: string }; message: string };
  return json?.message ?? message;
}
