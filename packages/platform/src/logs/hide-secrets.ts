/** Shorter values would hide parts of every line, and are not secret. */
const minSecretChars = 4;

/** Returns a function that removes the values of secrets from a text. */
export function hideSecrets(values: readonly string[]): (text: string) => string {
  const secrets = values
    .flatMap((value) => [value, ...value.split('\n')])
    .filter((value) => value.length >= minSecretChars)
    .sort((left, right) => right.length - left.length);
  if (secrets.length === 0) return (text) => text;
  return (text) => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '[hidden]'), text);
}
