import { type HttpCall, HttpClient, type HttpResponse } from '../src/http/http-client.ts';

/** Leaves out the keys that Apify does not know: of all calls it takes one with a charge alone. */
export class KeylessClient extends HttpClient {
  override send(call: HttpCall): Promise<HttpResponse> {
    if (call.path.endsWith('/charge')) return super.send(call);
    const { 'idempotency-key': _, ...headers } = call.headers ?? {};
    return super.send({ ...call, headers });
  }
}
