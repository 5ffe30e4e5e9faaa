import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { badUsage } from './failure.ts';

/** The input that the value of `--input` names: JSON itself, `@file`, or `-` for stdin. */
export async function readInput(value: string): Promise<unknown> {
  const source = value === '-' ? 'stdin' : value.startsWith('@') ? value.slice(1) : 'the input';
  const json = value === '-' ? await text(process.stdin) : value.startsWith('@') ? await readInputFile(source) : value;
  try {
    return JSON.parse(json);
  } catch (error) {
    throw badUsage(`${source} is not JSON: ${(error as Error).message}. Pass --input '{"key":1}', @file.json or -.`);
  }
}

async function readInputFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw badUsage(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}). Name a file after the @.`);
  }
}
