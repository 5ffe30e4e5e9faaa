/** Texts that a user, an Actor or a website may give, for every text field that a page shows. */

/** Sets this in the page's window if it is ever run. */
export const hostileMark = 'hostileTextWasRun';

const run = `window.${hostileMark}=true`;

export const hostileTexts = {
  image: `<img src=x onerror="${run}">`,
  script: `</script><script>${run}</script>`,
  attribute: `" autofocus onfocus="${run}" x="`,
  link: `javascript:${run}`,
  template: `{{constructor.constructor('${run}')()}}\${${run}}`,
  rightToLeft: '\u202egnp.exe\u202c \u2066שלום\u2069 \u200f',
  emoji: '👩‍👩‍👧‍👦🏴‍☠️ e\u0301',
  long: 'W'.repeat(10_000),
} as const;

/** All of them in one, where a field is to be filled once. */
export const hostileText: string = Object.values(hostileTexts).join(' ');

/** The same for fields with a limit. */
export const hostileTextOf = (maxChars: number): string =>
  `${hostileTexts.image}${hostileTexts.script}${hostileTexts.rightToLeft}`.slice(0, maxChars).padEnd(maxChars, 'W');
