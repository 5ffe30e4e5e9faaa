/** By which the platform and the program that keeps its events websockets find each other, in the data folder. */
export const keeperFolder = 'events-keeper';
/** Where the keeper listens; written by it. */
export const addressFile = 'address.json';
/** Where the platform's API is, as the beginning of a websocket's address; written by the platform. */
export const apiFile = 'api-url';
/** Answers with the keeper's folder, which says whose it is. */
export const keeperPath = '/keeper';

export interface KeeperAddress {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
}
