/** With this nonce the page's Content-Security-Policy allows the styles that libraries insert. */
export const cspNonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
