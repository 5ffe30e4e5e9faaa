/** The file of proxy groups, and which upstream a request takes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseProxyGroups } from '../src/proxy/groups.ts';
import { chooseRoute, parseProxyUsername } from '../src/proxy/route.ts';

const parse = (value: unknown) => parseProxyGroups(JSON.stringify(value));

test('a file names groups by lists or by objects, with countries, and upstreams of each protocol', () => {
  const groups = parse({
    DATACENTER: ['http://u:p%40ss@one.example:8000', { url: 'https://two.example', country: 'DE' }],
    RESIDENTIAL: {
      description: 'By the gigabyte',
      auto: false,
      upstreams: [{ url: 'socks5://me-{session}:p@gate.example:1080', country: 'US_CA' }],
    },
    HOME: ['direct'],
  });
  expect(groups).toEqual([
    {
      name: 'DATACENTER',
      description: '',
      isInAuto: true,
      upstreams: [
        { url: 'http://u:p%40ss@one.example:8000', group: 'DATACENTER', country: undefined },
        { url: 'https://two.example', group: 'DATACENTER', country: 'DE' },
      ],
    },
    {
      name: 'RESIDENTIAL',
      description: 'By the gigabyte',
      isInAuto: false,
      upstreams: [{ url: 'socks5://me-{session}:p@gate.example:1080', group: 'RESIDENTIAL', country: 'US_CA' }],
    },
    {
      name: 'HOME',
      description: '',
      isInAuto: true,
      upstreams: [{ url: 'direct', group: 'HOME', country: undefined }],
    },
  ]);
});

test.each([
  ['{"A": [', /not valid JSON/],
  ['[]', /must be a JSON object/],
  ['{"A B": ["direct"]}', /The group "A B" has a name with other characters/],
  ['{"auto": ["direct"]}', /The group "auto" has a name that is reserved/],
  ['{"A": []}', /The group "A" must have at least one upstream/],
  ['{"A": "http://x.example"}', /The group "A" must be a list of upstreams, or an object/],
  ['{"A": {"upstreams": ["direct"], "countries": []}}', /unknown field "countries"\. There are "upstreams", /],
  ['{"A": {"upstreams": ["direct"], "auto": "no"}}', /"auto" that is neither true nor false/],
  [
    '{"A": ["direct", "u:secret@two.example:80"]}',
    /Upstream 2 of the group "A" must begin with http:\/\/, .*, not with/,
  ],
  ['{"A": ["one.example"]}', /Upstream 1 of the group "A" is not a URL/],
  ['{"A": ["ftp://u:secret@one.example"]}', /must begin with http:\/\/, https:\/\/, socks:/],
  ['{"A": ["socks5://u:secret@one.example"]}', /needs a port/],
  ['{"A": ["http://u:secret@one.example/path"]}', /must have nothing after its port/],
  ['{"A": ["http://u%3Av:secret@one.example"]}', /has a colon in its user name/],
  ['{"A": ["http://u%zz:secret@one.example"]}', /has a "%" in its user name or password/],
  ['{"A": [{"url": "direct", "country": "us"}]}', /"country" that is not a code such as "US"/],
  ['{"A": [{"country": "US"}]}', /Upstream 1 of the group "A" has no "url"/],
  ['{"A": [7]}', /must be a URL, or an object with "url"/],
])('the wrong file %s is refused with what is wrong in it, and without its passwords', (text, message) => {
  expect(() => parseProxyGroups(text)).toThrow(message);
  expect(() => parseProxyGroups(text)).not.toThrow(/secret/);
});

test('user names are read as Apify’s clients make them', () => {
  const none = { groups: [], session: undefined, country: undefined };
  expect(parseProxyUsername('auto')).toEqual(none);
  expect(parseProxyUsername('')).toEqual(none);
  expect(parseProxyUsername('session-a_b.c~1')).toEqual({ ...none, session: 'a_b.c~1' });
  expect(parseProxyUsername('groups-A+B_2,session-x,country-US_CA')).toEqual({
    groups: ['A', 'B_2'],
    session: 'x',
    country: 'US_CA',
  });
});

test.each([
  'groups-',
  'groups-A+',
  'session-',
  `session-${'x'.repeat(51)}`,
  'session-a/b',
  'country-us',
  'country-USA',
  'user',
])('the user name %s is refused', (username) => {
  expect(() => parseProxyUsername(username)).toThrow(`the part ${JSON.stringify(username)}, which it cannot have`);
});

const of = (username: string) => parseProxyUsername(username);
const routes = (value: unknown, username: string, count = 20) =>
  Array.from({ length: count }, (_, turn) => chooseRoute(parse(value), of(username), turn).upstreamUrl);

const two = { A: ['http://a1.example', 'http://a2.example'], B: { auto: false, upstreams: ['http://b.example'] } };

test('requests without a session take the upstreams in turn, of the groups that they name', () => {
  expect(routes(two, 'auto', 4)).toEqual([
    'http://a1.example',
    'http://a2.example',
    'http://a1.example',
    'http://a2.example',
  ]);
  expect(new Set(routes(two, 'groups-A+B'))).toEqual(
    new Set(['http://a1.example', 'http://a2.example', 'http://b.example']),
  );
  expect(chooseRoute(parse(two), of('groups-B'), 0)).toEqual({ upstreamUrl: 'http://b.example', group: 'B' });
});

test('a session keeps its upstream, whatever other upstreams come and go', () => {
  const hosts = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(
      hosts,
      fc.array(fc.stringMatching(/^[\w.~]{1,12}$/), { minLength: 1 }),
      fc.nat(),
      (ids, sessions, skip) => {
        const all = ids.map((id) => `http://host-${id}.example`);
        const fewer = all.filter((_, index) => index !== skip % all.length);
        for (const session of sessions) {
          const [first] = routes({ A: all }, `session-${session}`, 1);
          expect(new Set(routes({ A: all.toReversed() }, `session-${session}`, 3))).toEqual(new Set([first]));
          if (fewer.includes(first!)) expect(routes({ A: fewer }, `session-${session}`, 1)).toEqual([first]);
        }
      },
    ),
  );
});

test('sessions spread over all upstreams', () => {
  const ten = { A: Array.from({ length: 10 }, (_, index) => `http://10.0.0.${index}:8000`) };
  const groups = parse(ten);
  const counts = new Map<string, number>();
  for (let index = 0; index < 2000; index += 1) {
    const { upstreamUrl } = chooseRoute(groups, of(`session-s${index}`), 0);
    counts.set(upstreamUrl!, (counts.get(upstreamUrl!) ?? 0) + 1);
  }
  expect(counts.size).toBe(10);
  expect(Math.max(...counts.values())).toBeLessThan(300);
});

test('a country takes the upstreams that say so, with their subdivisions, and none that says nothing', () => {
  const file = {
    A: [
      { url: 'http://us.example', country: 'US' },
      { url: 'http://ca.example', country: 'US_CA' },
      { url: 'http://de.example', country: 'DE' },
      'http://somewhere.example',
    ],
  };
  expect(new Set(routes(file, 'country-US'))).toEqual(new Set(['http://us.example', 'http://ca.example']));
  expect(new Set(routes(file, 'groups-A,country-US_CA'))).toEqual(new Set(['http://ca.example']));
  expect(() => routes(file, 'groups-A,country-FR')).toThrow('No proxy of A is in FR');
  expect(() => routes({}, 'country-FR')).toThrow('No proxy is in FR');
});

test('without groups for it a request goes out directly, but never when it names a group that is not there', () => {
  expect(chooseRoute([], of('auto'), 0)).toEqual({ upstreamUrl: undefined, group: 'direct' });
  expect(chooseRoute(parse({ B: two.B }), of('session-x'), 0)).toEqual({ upstreamUrl: undefined, group: 'direct' });
  expect(chooseRoute(parse({ HOME: ['direct'] }), of('groups-HOME'), 0)).toEqual({
    upstreamUrl: undefined,
    group: 'HOME',
  });
  expect(() => chooseRoute([], of('groups-RESIDENTIAL'), 0)).toThrow(
    'no proxy group "RESIDENTIAL" on this platform. It has: none.',
  );
  expect(() => chooseRoute(parse(two), of('groups-A+C'), 0)).toThrow(
    'no proxy group "C" on this platform. It has: A, B.',
  );
});

test('an upstream URL gets the session of the request, or one of its own', () => {
  const file = { A: ['http://me-{session}:pw@gate.example:7777'] };
  expect(routes(file, 'session-abc', 1)).toEqual(['http://me-abc:pw@gate.example:7777']);
  expect(new Set(routes(file, 'auto', 5)).size).toBe(5);
});
