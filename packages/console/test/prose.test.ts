/** READMEs and descriptions: [prose-1], [prose-2]. */
import { expect, test } from 'vitest';
import { maxProseLength, type ProseNode, plainText, proseOf, safeHref } from '../src/model/prose.ts';

const all = (nodes: readonly ProseNode[]): readonly Exclude<ProseNode, string>[] =>
  nodes.flatMap((node) => (typeof node === 'string' ? [] : [node, ...all(node.children)]));
const tagsIn = (text: string) => all(proseOf(text)).map(({ tag }) => tag);

const hostile = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<SCRIPT SRC=https://evil.example/x.js></SCRIPT>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="java&#10;script:alert(1)">x</a>',
  '<a href=" &#x6a;avascript:alert(1)">x</a>',
  '[x](javascript:alert(1)) [y](data:text/html,<script>alert(1)</script>) [z](vbscript:x)',
  '![a](javascript:alert(1))',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<svg onload=alert(1)><a xlink:href="javascript:alert(1)">x</a></svg>',
  '<style>*{display:none}</style><p style="position:fixed" onclick="alert(1)" id="main" class="x">t</p>',
  '<form action=https://evil.example><input name=token><button>go</button></form>',
  '<details open ontoggle=alert(1)><summary>s</summary></details>',
  '<<script>script>alert(1)<</script>/script>',
  '<a\nhref="https://ok.example"\nonmouseover=alert(1)>x</a>',
  '<base href="https://evil.example"><meta http-equiv=refresh content="0;url=https://evil.example">',
  '`<img src=x onerror=alert(1)>`',
  '</div></p></main><h1>out</h1>',
  `<${'a '.repeat(5000)}`,
  '<!-- <img src=x onerror=alert(1)> -->visible',
];

const tags = new Set(
  (
    'p div span strong em u del code pre kbd sub sup br hr mark small ul ol li blockquote h1 h2 h3 h4 h5 h6 a details summary ' +
    'table thead tbody tr th td'
  ).split(' '),
);

test.each(hostile)('[prose-1] only known elements, safe links and no other attributes come of %j', (text) => {
  for (const element of all(proseOf(text))) {
    expect(tags).toContain(element.tag);
    expect(Object.keys(element).filter((name) => !['tag', 'href', 'children'].includes(name))).toEqual([]);
    if (element.tag === 'a') expect(element.href).toMatch(/^(https?:\/\/|mailto:)/);
    else expect(element.href).toBeUndefined();
  }
});

test('[prose-2] scripts and styles are not read, other unknown elements are their texts', () => {
  expect(plainText(proseOf('a <script>alert(1)</script> b <style>x</style> c'))).toBe('a  b  c');
  expect(plainText(proseOf('<marquee>moving</marquee> <button>press</button>'))).toBe('moving press');
  expect(plainText(proseOf('1 < 2 && 3 > 2 &lt;b&gt;'))).toBe('1 < 2 && 3 > 2 <b>');
});

test.each([
  ['https://a.example/x?y#z', 'https://a.example/x?y#z'],
  ['HTTP://A.example', 'http://a.example/'],
  ['//a.example/x', 'https://a.example/x'],
  ['mailto:a@b.example', 'mailto:a@b.example'],
  ['./docs/a.md', undefined],
  ['#part', undefined],
  ['javascript:alert(1)', undefined],
  ['\tjava\nscript:alert(1)', undefined],
  ['blob:https://a.example/1', undefined],
  ['file:///etc/passwd', undefined],
  ['https://', undefined],
])('a link to %j leads to %s', (href, expected) => expect(safeHref(href)).toBe(expected));

test('Markdown and HTML of READMEs become one tree', () => {
  expect(proseOf('# T <b>x</b>\n\n<p align="center">a<br>b</p>')).toEqual([
    { tag: 'h1', children: ['T ', { tag: 'strong', children: ['x'] }] },
    { tag: 'p', children: ['a', { tag: 'br', children: [] }, 'b'] },
  ]);
  expect(tagsIn('| a | b |\n|---|---|\n| 1 | 2 |')).toEqual([
    ...['table', 'thead', 'tr', 'th', 'th', 'tbody', 'tr', 'td', 'td'],
  ]);
  expect(tagsIn('- [x] one\n- two\n\n1. three')).toEqual(['ul', 'li', 'li', 'ol', 'li']);
  expect(proseOf('```js\n<b>\n```')).toEqual([{ tag: 'pre', children: ['<b>'] }]);
  expect(proseOf('a <b>open\n\nnext')).toEqual([
    { tag: 'p', children: ['a ', { tag: 'strong', children: ['open'] }] },
    { tag: 'p', children: ['next'] },
  ]);
});

test('images are links: reading a README asks no other host for anything', () => {
  expect(proseOf('![Logo](https://a.example/logo.png)')).toEqual([
    { tag: 'p', children: [{ tag: 'a', href: 'https://a.example/logo.png', children: ['Image: Logo'] }] },
  ]);
  expect(plainText(proseOf('<img src="logo.png" alt="Logo">'))).toBe('Image: Logo');
});

test('what readers need is there: list items in lists, cells in rows, names of links and summaries', () => {
  expect(tagsIn('<li>alone</li>')).not.toContain('li');
  expect(tagsIn('<td>alone</td><tr><td>x</td></tr>')).not.toContain('td');
  expect(proseOf('<ul>text<li>item</li></ul>')).toEqual([
    {
      tag: 'ul',
      children: [
        { tag: 'li', children: ['text'] },
        { tag: 'li', children: ['item'] },
      ],
    },
  ]);
  expect(proseOf('<a href="https://a.example/"></a>')).toMatchObject([
    { children: [{ children: ['https://a.example/'] }] },
  ]);
  expect(tagsIn('<a href="https://a.example">x <a href="https://b.example">y</a></a>')).toEqual(['p', 'a', 'span']);
  expect(proseOf('<details>\n<summary></summary>\n</details>')).toMatchObject([
    { tag: 'details', children: ['\n', { tag: 'summary', children: ['Details'] }, '\n'] },
  ]);
});

test('a text that is too long, or nested without end, is still shown', () => {
  const long = plainText(proseOf('word '.repeat(maxProseLength)));
  expect(long.length).toBeLessThan(maxProseLength + 100);
  expect(long).toMatch(/…\s*$/);
  expect(plainText(proseOf(`${'> '.repeat(20_000)}deep`))).toContain('deep');
  expect(plainText(proseOf(`${'<div>'.repeat(20_000)}deep`))).toContain('deep');
  expect(plainText(proseOf(`${'*'.repeat(50_000)}deep`))).toContain('deep');
});

// Each takes minutes where it is parsed as it stands.
test.each(['_a', '[', '> ', '- + ', '![', '<a ', '~~a', '1. '])('a text made of %j does not stop the page', (piece) => {
  const paragraphs = `${piece.repeat(1500 / piece.length)}\n\n`.repeat(40);
  for (const text of [piece.repeat(maxProseLength / piece.length), paragraphs]) {
    expect(plainText(proseOf(`${text}\n\nend`))).toMatch(/end|…/);
  }
});
