import { jsonOf } from '../payloads/bare.ts';

/** A response of the site. */
export interface Reply {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const html = (body: string, statusCode = 200): Reply => ({
  statusCode,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body,
});

export const json = (value: unknown, statusCode = 200): Reply => ({
  statusCode,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: jsonOf(value),
});

export const redirect = (location: string): Reply => ({ statusCode: 302, headers: { location }, body: '' });
