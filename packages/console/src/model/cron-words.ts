import cronstrue from 'cronstrue';

const shortcutWords: Readonly<Record<string, string>> = {
  '@hourly': 'At the start of every hour',
  '@daily': 'Every day at 00:00',
  '@midnight': 'Every day at 00:00',
  '@weekly': 'Every Sunday at 00:00',
  '@monthly': 'On the first day of every month at 00:00',
  '@yearly': 'On 1 January at 00:00',
  '@annually': 'On 1 January at 00:00',
};

/** A cron expression in words: "At 07:30, Monday through Friday"; undefined for one that is not valid. */
export function cronWords(cronExpression: string): string | undefined {
  const expression = cronExpression.trim();
  const shortcut = shortcutWords[expression.toLowerCase()];
  if (shortcut !== undefined) return shortcut;
  try {
    return cronstrue.toString(expression, { use24HourTimeFormat: true, throwExceptionOnParseError: true });
  } catch {
    return undefined;
  }
}
