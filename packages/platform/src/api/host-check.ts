/**
 * Which names in a request's `Host` are the platform's. A page on a hostile site can let its own name point to this
 * machine ("DNS rebinding"); the browser then takes the platform for that site, and lets the page read the responses.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { Refusal } from '../shared/errors.ts';

/** The names by which Docker and Podman let containers reach their host. */
const namesInContainers = ['host.docker.internal', 'gateway.docker.internal', 'host.containers.internal'];

const maxChecked = 100;

export class AllowedHosts {
  readonly #names: ReadonlySet<string>;
  /** Headers that were allowed, since nearly all calls have the same few. */
  readonly #checked = new Set<string>();

  /** @param names under which the platform is reached besides its machine's own; those that are undefined do not count */
  constructor(names: readonly (string | undefined)[]) {
    const own = hostname().toLowerCase();
    const given = names.map((name) => hostnameIn(name ?? ''));
    this.#names = new Set(
      ['localhost', own, `${own}.local`, ...namesInContainers, ...given].filter((name) => name !== ''),
    );
  }

  /**
   * Addresses are allowed as they are, since only a name can be made to point elsewhere. So is a client that names no
   * host, which no browser does.
   * @throws Refusal 421 `invalid-header`
   */
  check(host: string | undefined): void {
    if (host === undefined || this.#checked.has(host)) return;
    const name = hostnameIn(host);
    if (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name.endsWith('.localhost') || this.#names.has(name)) {
      if (this.#checked.size < maxChecked) this.#checked.add(host);
      return;
    }
    throw new Refusal(
      421,
      'invalid-header',
      'The platform does not have the name in the header "Host". Start it with --allow-host NAME if it should.',
    );
  }
}

/** The name in a `Host` header, in small letters, without the port and the dot at its end. */
function hostnameIn(host: string): string {
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : '';
}
