/**
 * The addresses of web servers: of one run, and of an Actor in Standby mode. Each has two forms.
 *
 * - Path: `/wherry/v1/runs/ID/web/…` and `/wherry/v1/standby/USERNAME--ACTOR/…` of the API. It works wherever the API does.
 * - Host: `http://LABEL.runs.DOMAIN/…` and `http://USERNAME--ACTOR.standby.DOMAIN/…`, an origin of its own in browsers. The
 *   domain is the operator's, with a wildcard in DNS, or `localhost`, below which browsers and curl find this machine by
 *   themselves; other programs often do not.
 */

/** What a request is for. */
export type WebSubject =
  | { readonly kind: 'run'; readonly runId: string }
  /** `actor`: `username--name`, or an Actor's id. */
  | { readonly kind: 'standby'; readonly actor: string };

export interface WebAddress {
  readonly subject: WebSubject;
  readonly form: 'path' | 'host';
  /** What the server is asked for: the rest of the path, with a slash at its begin, and the query. */
  readonly target: string;
  /** What the target follows in the path form, without a slash at its end; empty in the host form. */
  readonly prefix: string;
  /** The path form without a slash after the prefix: links of its page would lead elsewhere. */
  readonly lacksSlash: boolean;
}

const idPattern = '[A-Za-z0-9]{17}';
const runPath = new RegExp(`^(/wherry/v1/runs/(${idPattern})/web)(/[^?]*)?(\\?.*)?$`, 's');
const standbyPath = /^(\/wherry\/v1\/standby\/([^/?]+))(\/[^?]*)?(\?.*)?$/s;
const localDomain = 'localhost';

export class WebAddresses {
  readonly #publicUrl: () => string;
  readonly #domain: string | undefined;

  /**
   * @param publicUrl the API's address for clients, without a slash at its end; asked whenever it is needed
   * @param domain the domain of the host form; undefined for none but `localhost`
   */
  constructor(publicUrl: () => string, domain?: string) {
    this.#publicUrl = publicUrl;
    this.#domain = domain?.toLowerCase();
  }

  /** The host form where the operator has set a domain for it, else the path form. */
  containerUrl(runId: string): string {
    const subject = { kind: 'run', runId } as const;
    return this.#domain === undefined ? this.#pathUrl(`runs/${runId}/web`) : this.#hostUrl(subject, this.#domain);
  }

  standbyUrl(username: string, name: string): string {
    const actor = `${username}--${name}`;
    if (this.#domain === undefined) return this.#pathUrl(`standby/${actor}`);
    return this.#hostUrl({ kind: 'standby', actor }, this.#domain);
  }

  /** Undefined for a request that is for the API. @param host the header `Host` */
  find(host: string | undefined, url: string): WebAddress | undefined {
    const subject = host === undefined ? undefined : this.#subjectOf(host);
    if (subject !== undefined) {
      return { subject, form: 'host', target: relativeOf(url), prefix: '', lacksSlash: false };
    }
    const [, prefix = '', name = '', path, query = ''] = runPath.exec(url) ?? standbyPath.exec(url) ?? [];
    if (prefix === '') return undefined;
    const found: WebSubject = prefix.startsWith('/wherry/v1/runs/')
      ? { kind: 'run', runId: name }
      : { kind: 'standby', actor: decoded(name) };
    const target = `${path ?? '/'}${query}`;
    return { subject: found, form: 'path', target, prefix, lacksSlash: path === undefined };
  }

  /**
   * The same in the host form, for a browser. Undefined where no such name leads here.
   * @param host the header `Host` of the request
   */
  hostFormOf({ subject, target }: WebAddress, host: string): string | undefined {
    if (this.#domain !== undefined) return this.#hostUrl(subject, this.#domain) + target;
    const { hostname, port } = new URL(`http://${host}`);
    if (!['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return undefined;
    return `http://${labelsOf(subject)}.${localDomain}${port && `:${port}`}${target}`;
  }

  #subjectOf(host: string): WebSubject | undefined {
    const name = host.replace(/:\d*$/, '');
    const domain = [this.#domain, localDomain].find((each) => each && name.toLowerCase().endsWith(`.${each}`));
    if (domain === undefined) return undefined;
    const label = name.slice(0, -domain.length - 1);
    if (/\.runs$/i.test(label)) return { kind: 'run', runId: runIdOf(label.slice(0, -'.runs'.length)) };
    if (/\.standby$/i.test(label)) return { kind: 'standby', actor: label.slice(0, -'.standby'.length) };
    // As Apify's own runtime for one machine has it.
    return domain === localDomain && label.includes('--') ? { kind: 'standby', actor: label } : undefined;
  }

  #hostUrl(subject: WebSubject, domain: string): string {
    const { protocol, port } = new URL(this.#publicUrl());
    return `${protocol}//${labelsOf(subject)}.${domain}${port && `:${port}`}`;
  }

  #pathUrl(path: string): string {
    return `${this.#publicUrl()}/wherry/v1/${path}`;
  }
}

const labelsOf = (subject: WebSubject): string =>
  subject.kind === 'run' ? `${labelOf(subject.runId)}.runs` : `${subject.actor.toLowerCase()}.standby`;

/** Names of hosts have no case, ids have: which of an id's letters are capitals follows it as a number. */
function labelOf(runId: string): string {
  const capitals = [...runId].reduce((bits, letter) => bits * 2 + (/[A-Z]/.test(letter) ? 1 : 0), 0);
  return `${runId.toLowerCase()}-${capitals.toString(36)}`;
}

/** An id itself is its own label for clients that keep the case. */
function runIdOf(label: string): string {
  const [, id, code] = /^([a-z0-9]{17})-([a-z0-9]{1,4})$/i.exec(label) ?? [];
  if (id === undefined || code === undefined) return label;
  const bits = Number.parseInt(code, 36).toString(2).padStart(id.length, '0');
  return [...id.toLowerCase()].map((letter, index) => (bits[index] === '1' ? letter.toUpperCase() : letter)).join('');
}

/** A request that was meant for a proxy names the whole address. */
function relativeOf(url: string): string {
  if (url.startsWith('/') || url === '*') return url;
  if (!URL.canParse(url)) return '/';
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
