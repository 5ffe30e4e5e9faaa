/** Shorter ones would hide half of every line, and are no secrets. */
const minSecretChars = 4;

/** A function that takes the values of secrets out of a text. */
export function hideSecrets(values: readonly string[]): (text: string) => string {
  const secrets = values
    .flatMap((value) => [value, ...value.split('\n')])
    .filter((value) => value.length >= minSecretChars)
    .sort((left, right) => right.length - left.length);
  if (secrets.length === 0) return (text) => text;
  return (text) => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '[hidden]'), text);
}
