import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** How much of an unfinished line is held back, so that no escape sequence is split. */
const maxHeldChars = 256 * 1024;

/** Removes the escape sequences for colours and cursor movements from a log. */
export function plainText(): Transform {
  const decoder = new StringDecoder('utf8');
  let held = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      held += decoder.write(chunk);
      const end = held.length > maxHeldChars ? held.length : held.lastIndexOf('\n') + 1;
      const whole = held.slice(0, end);
      held = held.slice(end);
      done(null, stripVTControlCharacters(whole));
    },
    flush(done) {
      done(null, stripVTControlCharacters(held + decoder.end()));
    },
  });
}
