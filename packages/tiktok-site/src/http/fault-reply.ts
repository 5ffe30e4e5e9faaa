import type { FaultKind, ResponseForm } from './faults.ts';
import { html, json, type Reply } from './reply.ts';

/** Applies a fault to a response. */
export function spoil(reply: Reply, fault: FaultKind, form: ResponseForm): Reply {
  switch (fault) {
    case 'waf':
      return html(reply.body.length % 2 === 0 ? wafPage : otherWafPage);
    case 'captcha':
      return form === 'page' ? html(captchaPage) : json({ code: 10000, message: 'verify', verify_event: 'detail' });
    case 'empty':
      return { ...reply, body: '' };
    case 'forbidden':
      return reply.body.length % 4 === 0 ? html(deniedPage) : html('<html><body>Access Denied</body></html>', 403);
    case 'throttled':
      return { ...json({ message: 'too many requests' }, 429), headers: { 'retry-after': '1' } };
    case 'failing':
      return html('<html><body>Bad gateway</body></html>', 502);
    case 'cut_off':
      return { ...reply, body: reply.body.slice(0, cutOf(reply.body)) };
    case 'changed_types':
      return { ...reply, body: withOtherTypes(reply.body) };
    // These faults affect the connection, the time, or the list.
    case 'broken_off':
    case 'slow':
    case 'repeated_page':
    case 'endless_cursor':
      return reply;
  }
}

/** Half of a response; of a page enough that its data has begun. */
function cutOf(body: string): number {
  const data = body.indexOf('application/json">');
  return data === -1 ? Math.floor(body.length / 2) : data + 40;
}

/**
 * Gives another type to a field that every reader needs: the id of a page's product, whether more follow, the products, or the
 * first id.
 */
function withOtherTypes(body: string): string {
  const changes = [
    [/("product_info":\{(?:"product_model":\{)?"product_id":)("?\d+"?)/, '$1{"value":$2}'],
    [/"(hasMore|has_more|hasMorePrevious)":(true|false|0|1)/, '"$1":"perhaps"'],
    [/"products":\[/, '"products":"some","these":['],
    [/"(id|product_id)":("?\d+"?)/, '"$1":{"value":$2}'],
  ] as const;
  const [pattern, other] = changes.find(([each]) => each.test(body)) ?? changes.at(-1)!;
  return body.replace(pattern, other);
}

/** The page that checks the browser, and then reloads the requested page. */
const wafPage = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>Please wait...</title></head><body>
<p id="wci" class="synthetic"></p><p id="rci" class="waforiginalreid"></p><p id="rs" class="synthetic"></p>
<p id="cs" class="synthetic"></p><p>Please wait...</p>
<script>document.cookie="_wafchallengeid=stand-in;path=/";setTimeout(function(){location.reload()},400)</script>
</body></html>
`;

/** The same check in another form. */
const otherWafPage = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>TikTok</title></head><body>
<script id="slardar-config" type="application/json">{"name":"SlardarWAF"}</script>
<script>setTimeout(function(){location.reload()},400)</script>
</body></html>
`;

/** A refusal with the status of success. */
const deniedPage = `<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>
You don't have permission to access this page on this server.</BODY></HTML>
`;

const captchaPage = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>Security Check</title></head><body>
<div class="captcha-verify-container" data-src="/captcha/get">Drag the slider to fit the puzzle</div>
</body></html>
`;
