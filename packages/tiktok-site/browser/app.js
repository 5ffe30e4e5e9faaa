/**
 * The script of the stand-in's pages. It asks for the lists of its page as TikTok's script does: first when the page has
 * loaded or a button was pressed, then each time that the reader nears the end. What cannot be read is asked for again
 * when the reader scrolls on.
 */
const app = document.getElementById('app');
const lists = JSON.parse(document.getElementById('stand-in-lists').textContent);

/** TikTok's script adds some dozens of these. */
const everywhere = { aid: '1988', app_name: 'tiktok_web', device_platform: 'web_pc', region: 'US' };
const retryMs = 300;

function loaderOf(list) {
  let cursor = {};
  let isBusy = false;
  let isOver = false;

  async function load() {
    if (isBusy || isOver) return;
    isBusy = true;
    try {
      const answer = await ask(list, cursor);
      showAll(entriesOf(answer), list);
      cursor = cursorAfter(list, answer, cursor);
      isOver = list.cursorName === null ? !isFeed(list) : !hasMore(answer);
    } catch (error) {
      showFailure(error);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    } finally {
      isBusy = false;
    }
  }
  return { load };
}

const isFeed = ({ path }) => /(recommend|explore)\/item_list/.test(path);

async function ask(list, cursor) {
  const query = {
    ...list.query,
    ...(list.cursorName && { [list.cursorName]: list.query[list.cursorName] ?? '0' }),
    ...cursor,
  };
  if (list.cursorName === 'page' && query.page === '0') query.page = '1';
  if (list.cursorName === 'page_start' && query.page_start === '0') query.page_start = '1';
  const isPost = list.method === 'POST';
  const search = new URLSearchParams(isPost ? everywhere : { ...everywhere, ...query });
  const fields = list.component ? fieldsOfComponent(list.component, query) : query;
  const body = isPost ? { body: JSON.stringify(fields), headers: { 'content-type': 'application/json' } } : {};
  const response = await fetch(`${list.path}?${search}`, { method: list.method, ...body });
  if (!response.ok) throw new Error(`The answer has status ${response.status}.`);
  const answer = await response.json();
  if (answer.code === 10000) return showCaptcha();
  return answer;
}

/** The shop's fields are JSON texts. */
const fieldsOfComponent = (component, params) => ({
  component_info: JSON.stringify({ component_type: 'feed_list', component_name: component }),
  load_more_params: JSON.stringify({ ...params, offset: Number(params.offset) }),
});

const hasMore = (answer) =>
  Boolean(answer.hasMore ?? answer.has_more ?? answer.data?.has_more ?? answer.data?.pagination?.has_more);

function cursorAfter(list, answer, before) {
  if (list.cursorName === null) return {};
  if (list.cursorName === 'page') return { page: `${(answer.data?.pagination?.page ?? 0) + 1}` };
  if (list.cursorName === 'minCursor')
    return { minCursor: `${answer.minCursor}`, maxCursor: `${answer.maxCursor ?? 0}` };
  if (list.cursorName === 'offset' && list.component) return answer.data?.load_more_params ?? {};
  // Its answers do not say which page they are.
  if (list.cursorName === 'page_start') return { page_start: `${Number(before.page_start ?? 1) + 1}` };
  const cursor = answer.cursor ?? '0';
  const searchId = before.search_id ?? (list.path.includes('/search/') ? answer.log_pb?.impr_id : undefined);
  return { [list.cursorName]: `${cursor}`, ...(searchId && { search_id: searchId }) };
}

const entriesOf = (answer) =>
  answer.itemList ??
  answer.item_list ??
  answer.comments ??
  answer.userList ??
  answer.user_list ??
  answer.data?.products ??
  answer.product_reviews ??
  answer.data?.product_reviews ??
  answer.data?.sound_list ??
  (Array.isArray(answer.data) ? answer.data : []);

function showAll(entries, list) {
  for (const entry of entries ?? []) {
    const element = document.createElement('div');
    element.className = 'item';
    element.dataset.e2e = list.path.includes('comment') ? 'comment-level-1' : 'list-item';
    element.textContent = `${entry.desc ?? entry.text ?? entry.title ?? entry.item?.desc ?? entry.user?.nickname ?? ''}`;
    if (entry.cid && entry.reply_comment_total > 0) element.append(repliesButton(entry));
    app.append(element);
  }
}

/** Answers to a comment come three at a time, for as long as the button is pressed. */
function repliesButton({ cid, aweme_id: videoId, reply_comment_total: total }) {
  const button = document.createElement('button');
  button.dataset.e2e = 'view-replies';
  button.textContent = `View ${total} replies`;
  const query = { item_id: videoId, comment_id: cid, count: '3' };
  const { load } = loaderOf({ path: '/api/comment/list/reply/', method: 'GET', query, cursorName: 'cursor' });
  button.addEventListener('click', load);
  return button;
}

function showCaptcha() {
  const overlay = document.createElement('div');
  overlay.className = 'captcha-verify-container';
  overlay.textContent = 'Drag the slider to fit the puzzle';
  document.body.append(overlay);
  throw new Error('A captcha is asked for.');
}

function showFailure(error) {
  app.dataset.failure = error.message;
}

const isNearEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 600;

function start(list) {
  const { load } = loaderOf(list);
  // A wheel that turns at the page's end scrolls nothing; the reader still wants to see more.
  for (const name of ['scroll', 'wheel']) addEventListener(name, () => isNearEnd() && load());
  return load;
}

for (const list of lists) {
  if (list.trigger === 'scroll') {
    start(list)();
    continue;
  }
  const button = document.querySelector(`[data-e2e="${list.trigger.click}"]`);
  let load;
  button?.addEventListener('click', () => {
    load ??= start(list);
    load();
  });
}
