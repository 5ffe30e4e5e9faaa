import { request } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a server may take to answer before it is asked again. */
const answerMs = 10_000;

/**
 * Asks a server for `/` with the header by which Actors know this question. Any response says that it is ready.
 * Source: "Readiness probe" in Apify's documentation of Standby mode for developers.
 */
export function answersProbe(connection: Duplex): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { host: 'localhost', 'x-apify-container-server-readiness-probe': '1', connection: 'close' };
    const call = request({ method: 'GET', path: '/', headers, createConnection: () => connection });
    const end = (isReady: boolean) => {
      resolve(isReady);
      connection.destroy();
    };
    call.setTimeout(answerMs, () => end(false));
    call.once('response', (response) => {
      response.on('error', () => undefined).resume();
      end(true);
    });
    call.on('error', () => end(false));
    call.end();
  });
}
