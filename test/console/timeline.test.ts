/** The gestures on a run's timeline: the wheel with ctrl, two fingers, and dragging by one. */
import type { CDPSession } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { deployFiles } from '../support/deploy.ts';
import { type ConsoleUnderTest, startConsole } from './console.ts';

const packageJson = JSON.stringify({ name: 'waits', version: '1.0.0', scripts: { start: 'node main.js' } });
const files = { 'package.json': packageJson, 'main.js': 'setTimeout(() => undefined, 1000);' };

describe.skipIf(chromiumPath === undefined)('the timeline', () => {
  let ui: ConsoleUnderTest;
  let path: string;
  beforeAll(async () => {
    ui = await startConsole();
    const { actorId } = await deployFiles(ui.client, 'waits', files);
    const { id } = await ui.client.actor(actorId).call({}, { log: null });
    path = `/runs/${id}`;
  });
  afterAll(() => ui[Symbol.asyncDispose]());

  /** What the address says is shown, in ms since 1970; undefined for all. */
  const shown = (): { from: number; to: number } | undefined => {
    const [, from, to] = /window=(\d+)-(\d+)/.exec(ui.page.url()) ?? [];
    return from === undefined ? undefined : { from: Number(from), to: Number(to) };
  };
  const lengthMs = () => {
    const window = shown();
    return window === undefined ? Number.POSITIVE_INFINITY : window.to - window.from;
  };
  const scale = () => ui.page.evaluate(() => visualViewport!.scale);
  const timeline = () => ui.page.getByRole('slider');
  /** The middle of the timeline's plot. */
  const middle = async () => {
    await ui.page.locator('svg text', { hasText: 'local-1' }).waitFor();
    const { x, y, width } = (await timeline().boundingBox())!;
    return { x: x + width * 0.55, y: y + 30 };
  };
  const showAll = async () => {
    await timeline().dblclick({ position: { x: 400, y: 30 } });
    await expect.poll(shown).toBeUndefined();
  };

  test('the wheel zooms with ctrl around the pointer, and the page stays as it is; without ctrl the page scrolls', async () => {
    await ui.visit(path);
    const at = await middle();
    await ui.page.mouse.move(at.x, at.y);
    await ui.page.keyboard.down('Control');
    await ui.page.mouse.wheel(0, -200);
    await expect.poll(shown).toBeDefined();
    const first = lengthMs();
    await ui.page.mouse.wheel(0, -200);
    await expect.poll(lengthMs).toBeLessThan(first);
    await ui.page.mouse.wheel(0, 200);
    await expect.poll(lengthMs).toBeCloseTo(first, -1);
    await ui.page.keyboard.up('Control');
    expect(await scale()).toBe(1);
    await ui.page.setViewportSize({ width: 1280, height: 300 });
    await ui.page.mouse.wheel(0, 120);
    await expect.poll(() => ui.page.evaluate(() => document.documentElement.scrollTop)).toBeGreaterThan(0);
    expect(lengthMs()).toBeCloseTo(first, -1);
    await ui.page.setViewportSize({ width: 1280, height: 800 });
    await ui.page.evaluate(() => scrollTo(0, 0));
    await showAll();
    ui.checkProblems();
  });

  test('two fingers zoom in and out of the timeline, not of the page', async () => {
    await ui.visit(path);
    const devtools = await ui.context.newCDPSession(ui.page);
    const at = await middle();
    await pinch(devtools, at, { from: 40, to: 200 });
    await expect.poll(shown).toBeDefined();
    expect(await scale()).toBe(1);
    await pinch(devtools, at, { from: 200, to: 20 });
    await expect.poll(shown).toBeUndefined();
    ui.checkProblems();
  });
});

interface Point {
  readonly x: number;
  readonly y: number;
}

/** @param px how far the fingers are from the middle between them */
async function pinch(devtools: CDPSession, { x, y }: Point, px: { from: number; to: number }): Promise<void> {
  const fingers = (distance: number) => [
    { x: x - distance, y, id: 1 },
    { x: x + distance, y, id: 2 },
  ];
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(px.from) });
  for (let step = 1; step <= 8; step += 1) {
    const distance = px.from + ((px.to - px.from) * step) / 8;
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(distance) });
  }
  await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
}
