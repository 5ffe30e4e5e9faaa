/**
 * Sessions: what the site sees as one visitor, with the cookies, the headers of one browser, and the same proxy.
 *
 * [session-1] A session reads one page at a time, and `mostPages` in all. While the site refuses no visitor, there are as many
 *     sessions as pages at once: the headers of a browser take longer to make than a page takes to be read.
 */
import { randomUUID } from 'node:crypto';
import { CookieJar } from 'tough-cookie';

/** As many as Crawlee's sessions. */
const mostPages = 50;

export class Session {
  readonly id: string = randomUUID().replaceAll('-', '');
  readonly cookieJar: CookieJar = new CookieJar();
  #pages = 0;
  #isRetired = false;

  get isUsable(): boolean {
    return !this.#isRetired && this.#pages < mostPages;
  }

  countPage(): void {
    this.#pages += 1;
  }

  /** The site refuses this visitor. */
  retire(): void {
    this.#isRetired = true;
  }
}

export class Sessions {
  readonly #free: Session[] = [];

  take(): Session {
    const session = this.#free.pop() ?? new Session();
    session.countPage();
    return session;
  }

  giveBack(session: Session): void {
    if (session.isUsable) this.#free.push(session);
  }
}
