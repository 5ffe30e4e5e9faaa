/**
 * The script of the stand-in's pages. It requests the lists of its page as TikTok's script does: first when the page has
 * loaded or a button was clicked, then each time that the user scrolls near the end. A response that cannot be read is
 * requested again when the user scrolls on.
 */
const app = document.getElementById('app');
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const lists = read('stand-in-lists');
const overlays = read('stand-in-overlays');

/** TikTok's script adds several dozen parameters like these. */
const everywhere = { aid: '1988', app_name: 'tiktok_web', device_platform: 'web_pc', region: 'US' };
const retryMs = 300;

function loaderOf(list, area = app) {
  let cursor = {};
  let isBusy = false;
  let isOver = false;

  async function load() {
    if (isBusy || isOver) return;
    isBusy = true;
    try {
      const payload = await ask(list, cursor);
      showAll(entriesOf(payload), list, area);
      cursor = cursorAfter(list, payload, cursor);
      isOver = list.cursorName === null ? !isFeed(list) : !hasMore(payload);
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
  if (!response.ok) throw new Error(`The response has status ${response.status}.`);
  const payload = await response.json();
  if (payload.code === 10000) return showCaptcha();
  return payload;
}

/** The fields of the shop's requests are JSON texts. */
const fieldsOfComponent = (component, params) => ({
  component_info: JSON.stringify({ component_type: 'feed_list', component_name: component }),
  load_more_params: JSON.stringify({
    ...params,
    offset: Number(params.offset),
    ...(params.filters && { filters: JSON.parse(params.filters) }),
  }),
});

const hasMore = (payload) =>
  Boolean(payload.hasMore ?? payload.has_more ?? payload.data?.has_more ?? payload.data?.pagination?.has_more);

function cursorAfter(list, payload, before) {
  if (list.cursorName === null) return {};
  if (list.cursorName === 'page') return { page: `${(payload.data?.pagination?.page ?? 0) + 1}` };
  if (list.cursorName === 'minCursor')
    return { minCursor: `${payload.minCursor}`, maxCursor: `${payload.maxCursor ?? 0}` };
  if (list.cursorName === 'offset' && list.component) return payload.data?.load_more_params ?? {};
  // Its responses do not contain the number of their page.
  if (list.cursorName === 'page_start')
    return { page_start: `${Number(before.page_start ?? list.query.page_start ?? 1) + 1}` };
  const cursor = payload.cursor ?? '0';
  const searchId = before.search_id ?? (list.path.includes('/search/') ? payload.log_pb?.impr_id : undefined);
  return { [list.cursorName]: `${cursor}`, ...(searchId && { search_id: searchId }) };
}

const entriesOf = (payload) =>
  payload.itemList ??
  payload.item_list ??
  payload.comments ??
  payload.userList ??
  payload.user_list ??
  payload.data?.products ??
  payload.product_reviews ??
  payload.data?.product_reviews ??
  payload.data?.sound_list ??
  (Array.isArray(payload.data) ? payload.data : []);

function showAll(entries, list, area) {
  for (const entry of entries ?? []) {
    const element = document.createElement('div');
    element.className = 'item';
    element.dataset.e2e = list.path.includes('comment') ? 'comment-level-1' : 'list-item';
    element.textContent = `${entry.desc ?? entry.text ?? entry.title ?? entry.item?.desc ?? entry.user?.nickname ?? ''}`;
    if (entry.cid && entry.reply_comment_total > 0) element.append(repliesButton(entry));
    area.append(element);
  }
}

/** Replies to a comment are loaded three at a time, with each click on the button. */
function repliesButton({ cid, aweme_id: videoId, reply_comment_total: total }) {
  const button = document.createElement('p');
  button.dataset.e2e = 'view-more-1';
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
  throw new Error('The site asks for a captcha.');
}

function showFailure(error) {
  app.dataset.failure = error.message;
}

let isCovered = false;

const isPageNearEnd = () => innerHeight + scrollY >= document.documentElement.scrollHeight - 600;
const isNearEnd = ({ scrollTop, clientHeight, scrollHeight }) => scrollTop + clientHeight >= scrollHeight - 600;

function start(begun) {
  let list = begun;
  // A list in a dialog loads more when the dialog is scrolled, not the page.
  const area = list.isDialog ? openDialog() : undefined;
  let loader = loaderOf(list, area);
  const load = () => loader.load();
  for (const { click, query } of list.choices ?? []) {
    document.querySelector(click).addEventListener('click', () => {
      list = { ...list, query: { ...list.query, ...query } };
      for (const item of app.querySelectorAll('.item')) item.remove();
      loader = loaderOf(list, area);
      void load();
    });
  }
  const more = () => !isCovered && (area ? isNearEnd(area) : isPageNearEnd()) && load();
  // At the end the wheel scrolls nothing, but the user still wants to see more.
  for (const name of ['scroll', 'wheel']) (area ?? window).addEventListener(name, more);
  return load;
}

function openDialog() {
  const dialog = document.createElement('div');
  dialog.role = 'dialog';
  dialog.dataset.e2e = 'follow-info-popup';
  dialog.style = 'position:fixed;top:60px;left:60px;width:360px;height:480px;background:#fff;border:1px solid #000';
  const area = document.createElement('div');
  area.className = 'css-0-DivUserListContainer';
  area.style = 'height:100%;overflow-y:auto';
  dialog.append(area);
  document.body.append(dialog);
  return area;
}

/** It receives the clicks and the scrolling instead of the page. */
function showLoginPopup(isClosable) {
  isCovered = true;
  const popup = document.createElement('div');
  popup.dataset.e2e = 'login-modal';
  popup.style = 'position:fixed;inset:0;background:#fffd;z-index:9';
  popup.textContent = 'Log in to TikTok ';
  if (isClosable) {
    const button = document.createElement('button');
    button.dataset.e2e = 'modal-close-inner-button';
    button.textContent = '×';
    button.addEventListener('click', () => {
      isCovered = false;
      popup.remove();
    });
    popup.append(button);
  }
  document.body.append(popup);
}

/** On top of everything else, at the bottom of the page. */
function showCookieBanner() {
  const banner = document.createElement('tiktok-cookie-banner');
  const root = banner.attachShadow({ mode: 'open' });
  root.innerHTML =
    '<div style="position:fixed;left:0;right:0;bottom:0;height:60%;background:#eee;z-index:10">Allow cookies?' +
    ' <button>Decline optional cookies</button> <button>Allow all</button></div>';
  for (const button of root.querySelectorAll('button')) button.addEventListener('click', () => banner.remove());
  document.body.append(banner);
}

document.querySelector('[data-opens-panel]')?.addEventListener('click', () => {
  document.querySelector('[data-panel]').hidden = false;
});

if (overlays.loginPopup !== 'none') showLoginPopup(overlays.loginPopup === 'closable');
if (overlays.cookieBanner) showCookieBanner();

for (const list of lists) {
  if (list.trigger === 'scroll') {
    void start(list)();
    continue;
  }
  const button = document.querySelector(list.trigger.click);
  let load;
  button?.addEventListener('click', () => {
    load ??= start(list);
    void load();
  });
}
