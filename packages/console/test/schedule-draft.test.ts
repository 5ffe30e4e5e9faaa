import { expect, test } from 'vitest';
import {
  firstErrorOf,
  newAction,
  newSchedule,
  scheduleBodyOf,
  scheduleDraftOf,
  scheduleErrorsOf,
} from '../src/model/schedule-draft.ts';

const now = Date.parse('2026-11-29T12:00:00Z');

const stored = {
  id: 's',
  userId: 'u',
  name: 'nightly',
  title: null,
  description: 'each night',
  cronExpression: '0 2 * * *',
  timezone: 'Europe/Prague',
  isEnabled: true,
  isExclusive: true,
  createdAt: '2026-01-01T00:00:00.000Z',
  modifiedAt: '2026-01-01T00:00:00.000Z',
  actions: [
    {
      id: 'a1',
      type: 'RUN_ACTOR' as const,
      actorId: 'actor',
      runInput: { body: '{"pages":5}', contentType: 'application/json; charset=utf-8' },
      runOptions: { memoryMbytes: 512, build: null },
    },
    { id: 'a2', type: 'RUN_ACTOR_TASK' as const, actorTaskId: 'task', input: null },
    { id: 'a3', type: 'RUN_ACTOR' as const, actorId: 'actor', runInput: { body: '[1]', contentType: 'text/plain' } },
    { id: 'a4', type: 'RUN_ACTOR' as const, actorId: 'actor', runInput: { body: 'no JSON', contentType: null } },
  ],
};

test('a schedule that is read and sent again keeps its actions, with their ids, inputs and bodies of other types', () => {
  const { actions, ...body } = scheduleBodyOf(scheduleDraftOf(stored));
  expect(body).toEqual({
    name: 'nightly',
    title: null,
    description: 'each night',
    cronExpression: '0 2 * * *',
    timezone: 'Europe/Prague',
    isEnabled: true,
    isExclusive: true,
  });
  expect(actions).toEqual([
    { ...stored.actions[0], runOptions: { memoryMbytes: 512 } },
    { id: 'a2', type: 'RUN_ACTOR_TASK', actorTaskId: 'task', input: null },
    { ...stored.actions[2], runOptions: {} },
    { ...stored.actions[3], runInput: { body: 'no JSON', contentType: '' }, runOptions: {} },
  ]);
});

test('without a name it gets one from the platform, and a wrong name is said before it is sent', () => {
  const draft = newSchedule('UTC', [newAction('k', 'RUN_ACTOR', 'actor')]);
  expect(scheduleBodyOf(draft)).not.toHaveProperty('name');
  expect(firstErrorOf(scheduleErrorsOf(draft, now))).toBeUndefined();
  expect(scheduleErrorsOf({ ...draft, name: '-x' }, now).name).toContain('3 to 63');
  expect(scheduleErrorsOf({ ...draft, cronExpression: '0 0 30 2 *' }, now).cronExpression).toBe(
    'No date ever fits it.',
  );
});

test('an action without a target is named by its key', () => {
  const draft = newSchedule('UTC', [newAction('k1', 'RUN_ACTOR', 'x'), newAction('k2', 'RUN_ACTOR_TASK')]);
  expect(scheduleErrorsOf(draft, now).actions).toEqual({ k2: 'Choose the task that it starts.' });
});
