import { type HttpCall, HttpClient, type HttpResponse } from '../src/http/http-client.ts';

/** Omits the idempotency keys that Apify does not know: Apify accepts one only with a charge. */
export class KeylessClient extends HttpClient {
  override send(call: HttpCall): Promise<HttpResponse> {
    if (call.path.endsWith('/charge')) return super.send(call);
    const { 'idempotency-key': _, ...headers } = call.headers ?? {};
    return super.send({ ...call, headers });
  }
}
