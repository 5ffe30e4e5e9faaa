/** Tells visitors from each other by a cookie, as a site does. A feed goes on for each of them. */
export class Visitors {
  #count = 0;

  /** @returns who asks, and the cookie to set for one who comes for the first time */
  recognise(cookies: string | undefined): { visitor: string; setCookie: string | null } {
    const known = /\btt_chain_token=([\w-]+)/.exec(cookies ?? '')?.[1];
    if (known !== undefined) return { visitor: known, setCookie: null };
    const visitor = `visitor-${++this.#count}`;
    return { visitor, setCookie: `tt_chain_token=${visitor}; Path=/` };
  }
}
