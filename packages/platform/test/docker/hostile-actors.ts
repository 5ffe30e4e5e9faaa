/** Actors that take what is not theirs: the programs, which the tests of each placement start. */

/** Without the package.json, so that what follows is not read as a module. */
export const hostileFiles = { Dockerfile: 'FROM apify/actor-node:24\nCOPY main.js ./\nCMD ["node", "main.js"]\n' };

export const memoryEater = `
const eaten = [];
setInterval(() => eaten.push(Buffer.alloc(16 * 1024 * 1024, 1)), 5);
`;

export const forker = `
const { spawn } = require('child_process');
let count = 0;
const fork = () => {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  child.on('error', ({ code }) => console.log('stopped after ' + count + ' by ' + code));
  child.on('spawn', () => { count += 1; setImmediate(fork); });
};
fork();
setInterval(() => {}, 1000);
`;

export const diskFiller = `
const { appendFileSync } = require('fs');
setInterval(() => appendFileSync('filled', Buffer.alloc(4 * 1024 * 1024)), 10);
`;

/** What is there counts as memory, and is no file of the container's. */
export const sharedMemoryFiller = `
const { appendFileSync, statSync } = require('fs');
try {
  for (;;) appendFileSync('/dev/shm/filled', Buffer.alloc(1024 * 1024));
} catch ({ code }) {
  console.log('stopped at ' + Math.round(statSync('/dev/shm/filled').size / 1024 / 1024) + ' MB by ' + code);
  process.exit(1);
}
`;

/** Does nobody any harm. */
export const bystander = `
let next = 0;
setInterval(() => console.log('beat ' + next++), 250);
`;

export const flooder = `
const text = 'x'.repeat(1000) + '\\n';
let left = 120_000;
const write = () => {
  while (left > 0) { left -= 1; if (!process.stdout.write(text)) return process.stdout.once('drain', write); }
  console.log('the end of the flood');
};
write();
`;

export const deaf = `
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => console.log('heard ' + signal));
console.log('is deaf');
setInterval(() => {}, 1000);
`;

export const listener = `
const { networkInterfaces } = require('os');
const { address } = Object.values(networkInterfaces()).flat().find(({ internal }) => !internal);
require('net').createServer((socket) => socket.end('hello')).listen(8080, () => console.log('listens at ' + address));
`;

export const intruder = `
const { connect } = require('net');
const reach = (host, port, answer) => new Promise((resolve) => {
  const socket = connect(port, host).on('error', ({ code }) => resolve(code));
  // A gateway may accept, and answer, for an address that is nobody's here.
  socket.on('data', (data) => resolve(answer.test(data) ? 'reached' : 'answered by another'));
  socket.write('GET /health HTTP/1.0\\r\\n\\r\\n');
  setTimeout(() => resolve('unreachable'), 3000).unref();
});
const api = new URL(process.env.APIFY_API_BASE_URL);
(async () => {
  console.log('api: ' + await reach(api.hostname, api.port, /^HTTP\\/1.1 200/));
  console.log('neighbour: ' + await reach(process.env.NEIGHBOUR, 8080, /^hello/));
  console.log('database: ' + (require('fs').existsSync(process.env.DATABASE ?? '') ? 'there' : 'not there'));
  for (const host of process.env.OWN_PORT ? [api.hostname, '127.0.0.1'] : []) {
    console.log('own port at ' + host + ': ' + await reach(host, process.env.OWN_PORT, /^hello/));
  }
  console.log('mounts: ' + require('fs').readFileSync('/proc/mounts', 'utf8').split('\\n').filter((line) => /^\\/dev\\/[sv]d/.test(line)).map((line) => line.split(' ')[1]));
  console.log('capabilities: ' + require('fs').readFileSync('/proc/self/status', 'utf8').match(/CapBnd:\\s*(\\w+)/)[1]);
  console.log('privileges: ' + require('fs').readFileSync('/proc/self/status', 'utf8').match(/NoNewPrivs:\\s*(\\d)/)[1]);
  process.exit();
})();
`;
