/**
 * Which file may import which. `docs/decisions/0025-layers-are-checked-by-dependency-cruiser.md` says why this tool.
 * Type-only imports count like others. An allowed import is added to a table below, with the reason if it is not
 * plain; a cycle is mended by moving what both sides need.
 */

const source = '^packages/platform/src/';

const adapters = ['engines', 'database', 'objects', 'logs', 'events'];
const domain = [
  'schedules',
  'standby',
  'runs',
  'tasks',
  'builds',
  'actors',
  'storages',
  'accounts',
  'proxy',
  'webhooks',
  'changes',
];

/**
 * What each folder of `packages/platform/src` may import besides itself, from the upper rows to the lower ones. Within
 * a row, only what is named here.
 */
const layers = {
  main: ['observation', 'api', ...domain, ...adapters, 'shared'],
  // It implements what the parts that it measures report to.
  observation: ['api', ...domain, ...adapters, 'shared'],
  api: [...domain, ...adapters, 'shared'],
  // It starts runs by itself.
  standby: ['runs', 'tasks', 'builds', 'actors', 'storages', 'accounts', ...adapters, 'shared'],
  // They start runs by themselves too.
  schedules: ['runs', 'tasks', 'builds', 'actors', 'storages', 'accounts', ...adapters, 'shared'],
  // The token of an attempt is hashed as those of users are.
  // What a run sent through the proxy is shown with the run.
  runs: ['tasks', 'builds', 'actors', 'storages', 'accounts', 'proxy', 'webhooks', ...adapters, 'shared'],
  // A task is an Actor with an input, whose secret fields the build's schema names.
  tasks: ['builds', 'actors', 'accounts', 'webhooks', ...adapters, 'shared'],
  // Permission levels, and what attempts reach, are of accounts/.
  builds: ['actors', 'accounts', 'webhooks', ...adapters, 'shared'],
  // Runs and builds announce their events there.
  webhooks: ['tasks/task-address.ts', 'actors', 'accounts', ...adapters, 'shared'],
  actors: ['accounts', ...adapters, 'shared'],
  storages: ['accounts', ...adapters, 'shared'],
  accounts: [...adapters, 'shared'],
  // Who is told of a change follows from the limits of a token.
  changes: ['accounts', ...adapters, 'shared'],
  proxy: [...adapters, 'shared'],
  // The end of a log is compared with the output that an engine still has.
  logs: ['engines/engine.ts', 'shared'],
  engines: ['shared'],
  database: ['shared'],
  objects: ['shared'],
  events: ['shared'],
  shared: [],
};

/** The parts of `runs/`: the state machine is at the bottom, and knows neither the database nor containers. */
const runParts = {
  // Whoever starts runs does so through it.
  start: ['supervisor', 'operations', 'state'],
  supervisor: ['operations', 'handoff', 'state'],
  operations: ['state'],
  handoff: ['state'],
  state: [],
};

/** What the source of each package may import of other packages. */
const packages = {
  platform: [],
  durable: [],
  tiktok: [],
  prover: ['platform', 'durable'],
  'tiktok-site': ['tiktok'],
  'tiktok-actors': ['tiktok', 'durable'],
  cli: ['platform', 'prover', 'tiktok-site'],
  // It knows the platform by its API alone.
  console: [],
};

/** The parts of `packages/console/src`, from the upper ones to the lower ones. */
const consoleParts = {
  pages: [
    'shell',
    'parts',
    'services',
    'live',
    'ui',
    'model',
    'api/client.ts',
    'api/apify-v2.d.ts',
    'api/wherry-v1.d.ts',
  ],
  shell: ['parts', 'services', 'live', 'ui', 'model', 'api/client.ts'],
  // What several pages share and asks the platform itself.
  parts: ['services', 'live', 'ui', 'model', 'api/client.ts', 'api/apify-v2.d.ts', 'api/wherry-v1.d.ts'],
  services: ['model', 'api'],
  live: ['api', 'model'],
  // It shows errors of the API.
  ui: ['model', 'api/client.ts'],
  // Pure functions.
  model: ['api/apify-v2.d.ts', 'api/wherry-v1.d.ts'],
  api: [],
};

/** The files that the packages export. */
const exported = [
  'packages/[^/]+/src/index\\.ts$',
  'packages/durable/src/crawlee/index\\.ts$',
  'packages/tiktok-actors/src/browser/index\\.ts$',
];

const anyOf = (paths) => (paths.length === 0 ? '(?!)' : `(${paths.join('|')})`);
const folders = (names) => anyOf(names.map((name) => (name.endsWith('.ts') ? name : `${name}/`)));

const layerRules = Object.entries(layers).map(([layer, lower]) => ({
  name: `layers-of-platform-${layer}`,
  comment: `${layer}/ may import ${lower.join(', ') || 'nothing'} only: put what it needs there, or pass it in.`,
  severity: 'error',
  from: { path: `${source}${layer}/` },
  to: { path: source, pathNot: `${source}${folders([layer, ...lower])}` },
}));

const runRules = Object.entries(runParts).map(([part, lower]) => ({
  name: `parts-of-runs-${part}`,
  comment: `runs/${part}/ may import ${lower.join(', ') || 'no other part'} of runs/ only.`,
  severity: 'error',
  from: { path: `${source}runs/${part}/` },
  to: { path: `${source}runs/`, pathNot: `${source}runs/${folders([part, ...lower])}` },
}));

const packageRules = Object.entries(packages).map(([name, others]) => ({
  name: `packages-${name}`,
  comment: `packages/${name} may import ${others.join(', ') || 'no other package'} only.`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: '^packages/', pathNot: `^packages/${folders([name, ...others])}` },
}));

const consoleSource = '^packages/console/src/';

const consoleRules = Object.entries(consoleParts).map(([part, lower]) => ({
  name: `parts-of-console-${part}`,
  comment: `console's ${part}/ may import ${lower.join(', ') || 'nothing'} only.`,
  severity: 'error',
  from: { path: `${consoleSource}${part}/` },
  to: { path: consoleSource, pathNot: `${consoleSource}${folders([part, ...lower])}` },
}));

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that import each other cannot be read apart. Move what both need into a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      // What the published program imports is there once the package is built.
      from: { pathNot: '^packages/cli/bin/published\\.mjs$' },
      to: { couldNotResolve: true },
    },
    ...layerRules,
    {
      name: 'layers-of-platform-are-complete',
      comment: 'Each folder of packages/platform/src has a row in `layers`, and only index.ts is outside of a folder.',
      severity: 'error',
      from: { path: source, pathNot: `${source}(index\\.ts$|${folders(Object.keys(layers))})` },
      to: {},
    },
    ...runRules,
    {
      name: 'state-machine-is-pure',
      comment: 'runs/state/ gets facts as arguments and returns decisions. Of an engine it knows types.',
      severity: 'error',
      from: { path: `${source}runs/state/` },
      to: {
        path: '.',
        pathNot: [`${source}runs/state/`, `${source}engines/engine\\.ts$`, `${source}shared/`],
      },
    },
    {
      name: 'adapters-behind-their-interfaces',
      comment: 'Which database and which engine it is, only main/ and the exports of the package know.',
      severity: 'error',
      from: { path: source, pathNot: `${source}(index\\.ts$|main/|engines/|database/)` },
      to: { path: `${source}(database/sqlite|engines/process|engines/docker)/` },
    },
    {
      name: 'no-sql-in-api',
      comment: 'api/ calls operations of the domain. Of the database it knows types.',
      severity: 'error',
      from: { path: `${source}api/` },
      to: { path: `${source}database/`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'http-in-api-only',
      comment: 'The domain knows nothing of HTTP: read the request and shape the response in api/.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `${source}(api|main)/` },
      to: { path: 'node_modules/(@?fastify)/' },
    },
    ...consoleRules,
    {
      name: 'pages-of-console-are-apart',
      comment: 'What two pages share is in parts/ or ui/.',
      severity: 'error',
      from: { path: `${consoleSource}pages/([^/]+)/` },
      to: { path: `${consoleSource}pages/`, pathNot: `${consoleSource}pages/$1/` },
    },
    ...packageRules,
    {
      name: 'packages-through-their-exports',
      comment: 'Of another package only what it exports.',
      severity: 'error',
      // They hold rules that the console follows against the platform's own.
      from: {
        path: '^packages/([^/]+)/',
        pathNot: '^packages/console/test/(schedule-times|webhook-template)\\.test\\.ts$',
      },
      to: { path: '^packages/[^/]+/src/', pathNot: ['^packages/$1/', ...exported] },
    },
    {
      name: 'packages-through-their-exports-from-outside',
      comment: 'Of a package only what it exports, also in bench/, test/ and the Actors.',
      severity: 'error',
      from: {
        path: '^(actors|bench|docs|scripts|test)/',
        pathNot: [
          // No call makes runs that are over, and 10,000 real ones take an hour.
          '^bench/src/finished-runs\\.ts$',
          // They deploy, connect, show and pack as the CLI does, which exports nothing: it is a program.
          '^test/docker/',
          '^test/packages\\.test\\.ts$',
          '^scripts/pack\\.mjs$',
        ],
      },
      to: { path: '^packages/[^/]+/src/', pathNot: exported },
    },
    {
      name: 'faults-of-shared-hosts',
      comment:
        'A test that cuts a shared Docker host off, or ends its daemon, is in test/docker/alone/: others use the host.',
      severity: 'error',
      from: { path: ['^test/', '^packages/[^/]+/test/'], pathNot: '/docker/alone/' },
      to: { path: '/docker/alone/' },
    },
    {
      name: 'no-tests-in-source',
      comment: 'What tests use is not there in a published package.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: ['^test/', '^packages/[^/]+/test/'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/[^/]+/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.d.ts'],
    },
  },
};
