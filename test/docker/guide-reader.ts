import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { until } from '../support/until.ts';
import { type GuideMachines, pressCtrlC } from './guide-machines.ts';
import type { GuideStep } from './guide-steps.ts';

/** Between two tries of a command that is repeated: each takes processor time that the machines need. */
const repeatMs = 500;

/** The program that `npx` starts, without the second that npm takes to find it. */
const withoutNpx = (command: string) => command.replace(/^npx wherry\b/, 'node_modules/.bin/wherry');

/** Does what the guide says. */
export class GuideReader {
  readonly #machines: GuideMachines;
  readonly #siteUrl: string;
  #wherry: ChildProcess | undefined;
  #runId = '';
  #joinToken = '';

  constructor(machines: GuideMachines, siteUrl: string) {
    this.#machines = machines;
    this.#siteUrl = siteUrl;
  }

  async perform(step: GuideStep): Promise<void> {
    const machines = step.machines.map((name) => this.#machines.inPlace(name));
    const command = this.#inPlace(step.text);
    const [name = ''] = machines;
    switch (step.kind) {
      case 'stays':
        await this.endWherry();
        this.#wherry = await this.#machines.startOn(name, command, step.until!);
        return;
      case 'left':
        await pressCtrlC(await this.#machines.startOn(name, command, step.until!));
        this.#runId = (await this.#runs())[0]!.id;
        return;
      case 'until':
        for (const each of machines) await this.#repeat(each, command, new RegExp(this.#inPlace(step.until!), 'm'));
        return;
      case 'cutOff':
        // Until here, all moves were planned.
        expect(await this.#log()).not.toContain('a lost handoff');
        return this.#machines.setCable(name, 'down');
      case 'back':
        expect(await this.#log()).toContain('a lost handoff');
        return this.#machines.setCable(name, 'up');
      case 'ended':
        return this.endWherry();
      case 'once':
        for (const each of machines) {
          const output = await this.#machines.on(each, command);
          this.#joinToken = /SWMTKN-\S+/.exec(output)?.[0] ?? this.#joinToken;
        }
    }
  }

  /** Of the crawl that it has started; undefined before, and when Wherry is not there. */
  async statusOfRun(): Promise<string | undefined> {
    if (this.#wherry === undefined || this.#runId === '') return undefined;
    return (await this.#runs()).find(({ id }) => id === this.#runId)!.status;
  }

  async endWherry(): Promise<void> {
    if (this.#wherry !== undefined) await pressCtrlC(this.#wherry);
    this.#wherry = undefined;
  }

  #inPlace(text: string): string {
    return this.#machines
      .inPlace(text)
      .replace('https://crawlee.dev/', this.#siteUrl)
      .replace(/\bRUN\b/, this.#runId)
      .replace(/\bTOKEN\b/, this.#joinToken);
  }

  async #repeat(name: string, command: string, text: RegExp): Promise<void> {
    const output = (each: string) => this.#machines.on(name, each).catch((error: Error) => error.message);
    if (text.test(await output(command))) return;
    const repeat = async () => {
      await delay(repeatMs);
      return text.test(await output(withoutNpx(command)));
    };
    await until(`\`${command}\` shows ${text}`, repeat, { secs: 300 });
  }

  async #runs(): Promise<{ id: string; status: string }[]> {
    return JSON.parse(await this.#machines.on(this.#machines.names[0]!, withoutNpx('npx wherry runs --json'))) as [];
  }

  #log(): Promise<string> {
    return this.#machines.on(this.#machines.names[0]!, withoutNpx(`npx wherry log ${this.#runId}`));
  }
}
