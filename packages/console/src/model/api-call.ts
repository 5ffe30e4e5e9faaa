/** The call that does the same as a page or a form, in each language. Pure. */

export interface ApiCall {
  /** What the call does, e.g. "Start the Actor with this input". */
  readonly about: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With a slash at its start, e.g. `/v2/actors/abc/runs?memory=1024`. */
  readonly path: string;
  readonly body?: unknown;
  /** The expression on `client` of the stock JavaScript client, e.g. `actor('abc').start({…})`; fetch without it. */
  readonly javascript?: string;
  /** The same of the Python client; urllib without it. */
  readonly python?: string;
  /** The arguments of `wherry`, where it has a command for it. */
  readonly wherry?: string;
}

export const languages = [
  { id: 'curl', title: 'curl' },
  { id: 'javascript', title: 'JavaScript' },
  { id: 'python', title: 'Python' },
  { id: 'wherry', title: 'wherry' },
] as const;

export type Language = (typeof languages)[number]['id'];

export function textOf(call: ApiCall, language: Language, origin: string): string {
  switch (language) {
    case 'curl':
      return curlOf(call, origin);
    case 'javascript':
      return javascriptOf(call, origin);
    case 'python':
      return pythonOf(call, origin);
    case 'wherry':
      return `wherry ${call.wherry}`;
  }
}

/** In single quotes for a POSIX shell. */
export const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function curlOf({ method, path, body }: ApiCall, origin: string): string {
  const lines = [`curl ${method === 'GET' ? '' : `-X ${method} `}${shellQuoted(`${origin}${path}`)}`];
  lines.push(`  -H "Authorization: Bearer $WHERRY_TOKEN"`);
  if (body !== undefined) {
    lines.push("  -H 'Content-Type: application/json'", `  -d ${shellQuoted(JSON.stringify(body))}`);
  }
  return lines.join(' \\\n');
}

function javascriptOf({ method, path, body, javascript }: ApiCall, origin: string): string {
  if (javascript !== undefined) {
    return `import { ApifyClient } from 'apify-client';

const client = new ApifyClient({
  baseUrl: ${JSON.stringify(origin)},
  token: process.env.WHERRY_TOKEN,
});

const result = await client.${javascript};`;
  }
  const sent = body === undefined ? '' : `\n  body: JSON.stringify(${JSON.stringify(body, undefined, 2)}),`;
  const type = body === undefined ? '' : `, 'content-type': 'application/json'`;
  return `const response = await fetch(${JSON.stringify(`${origin}${path}`)}, {
  method: '${method}',
  headers: { authorization: \`Bearer \${process.env.WHERRY_TOKEN}\`${type} },${sent}
});`;
}

function pythonOf({ method, path, body, python }: ApiCall, origin: string): string {
  if (python !== undefined) {
    return `import os
from apify_client import ApifyClient

client = ApifyClient(os.environ['WHERRY_TOKEN'], api_url=${pythonLiteral(origin)})

result = client.${python}`;
  }
  const data = body === undefined ? '' : `\n    data=json.dumps(${pythonLiteral(body)}).encode(),`;
  const type = body === undefined ? '' : `, 'Content-Type': 'application/json'`;
  return `import json, os
from urllib.request import Request, urlopen

request = Request(
    ${pythonLiteral(`${origin}${path}`)},${data}
    headers={'Authorization': f"Bearer {os.environ['WHERRY_TOKEN']}"${type}},
    method='${method}',
)
response = urlopen(request)`;
}

/** A JSON value as Python writes it. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${pythonLiteral(each)}`);
    return `{${entries.join(', ')}}`;
  }
  // Python reads JSON's escapes of strings, but for halves of surrogate pairs, which no valid text has.
  return JSON.stringify(value);
}
