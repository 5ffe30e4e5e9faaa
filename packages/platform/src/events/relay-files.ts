/** By which the platform and the program that keeps its events websockets find each other, in the data folder. */
export const relayFolder = 'events-relay';
/** Where the relay listens; written by it. */
export const addressFile = 'address.json';
/** Where the platform's API is, as the beginning of a websocket's address; written by the platform. */
export const apiFile = 'api-url';
/** Answers with the relay's folder, which says whose it is. */
export const relayPath = '/relay';

export interface RelayAddress {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
}
