import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { pythonLiteral, shellQuoted, textOf } from '../src/model/api-call.ts';

const hostile = { 'it\'s "quoted"': ['$HOME `id` \\ \n\u2028', null, true, false, 1.5, '𝔘🙂'], "a'b": {} };

test('a shell reads any text as it is', () => {
  const text = JSON.stringify(hostile);
  expect(execFileSync('sh', ['-c', `printf %s ${shellQuoted(text)}`], { encoding: 'utf8' })).toBe(text);
});

test('Python reads any value as it is', () => {
  const program = `import json; print(json.dumps(${pythonLiteral(hostile)}))`;
  expect(JSON.parse(execFileSync('python3', ['-c', program], { encoding: 'utf8' }))).toEqual(hostile);
});

test('curl sends the body and takes the token from the environment', () => {
  const call = { about: 'x', method: 'POST', path: '/v2/actors/a/runs?memory=1024', body: hostile } as const;
  const command = textOf(call, 'curl', 'http://127.0.0.1:8010').replace(/^curl/, 'printf "%s\\n"');
  const printed = execFileSync('sh', ['-c', command], { encoding: 'utf8', env: { ...process.env, WHERRY_TOKEN: 't' } });
  expect(printed.split('\n')).toEqual([
    '-X',
    'POST',
    'http://127.0.0.1:8010/v2/actors/a/runs?memory=1024',
    '-H',
    'Authorization: Bearer t',
    '-H',
    'Content-Type: application/json',
    '-d',
    JSON.stringify(hostile),
    '',
  ]);
});

test('the Python of a call without a client compiles, with and without a body', () => {
  for (const body of [undefined, hostile]) {
    const text = textOf({ about: 'x', method: 'PUT', path: '/p', body }, 'python', 'http://h');
    execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.argv[1])', text]);
  }
});
