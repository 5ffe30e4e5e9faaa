/** The folder in the data folder through which the platform and its events relay find each other. */
export const relayFolder = 'events-relay';
/** Where the relay listens; written by it. */
export const addressFile = 'address.json';
/** Where the platform's API listens, as the beginning of a websocket URL; written by the platform. */
export const apiFile = 'api-url';
/** Responds with the relay's folder, which says to which platform it belongs. */
export const relayPath = '/relay';

/** The largest message of an attempt: it has nothing to say over its events websocket. */
export const maxMessageBytes = 16 * 1024;

export interface RelayAddress {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
}
