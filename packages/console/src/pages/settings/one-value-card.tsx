import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changeLimits } from '../../services/limits.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/fields.tsx';
import { Failure } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { say } from '../../ui/toasts.tsx';
import styles from './settings.module.css';

interface OneValueCardProps {
  readonly title: string;
  readonly label: string;
  readonly inputMode: 'numeric' | 'decimal';
  /** As text; empty for none. */
  readonly stored: string;
  /** What is wrong with a text; undefined for one that can be stored. */
  readonly errorOf: (text: string) => string | undefined;
  readonly changesOf: (text: string) => Parameters<typeof changeLimits>[0];
  /** Said once it is stored. */
  readonly done: string;
  /** What the value does. */
  readonly children: React.ReactNode;
}

/** One of the user's own limits, with a form of its own. */
export function OneValueCard(props: OneValueCardProps) {
  const { title, label, inputMode, stored, errorOf, changesOf, done, children } = props;
  const [text, setText] = useState(stored);
  const queryClient = useQueryClient();
  const saving = useMutation({
    mutationFn: () => changeLimits(changesOf(text.trim())),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['limits'] });
      say(done);
    },
  });
  const reason = text.trim() === stored ? 'Nothing was changed.' : errorOf(text.trim());
  return (
    <Card title={title} isPadded>
      <form
        className={styles.own}
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate();
        }}
      >
        <Field label={label}>
          <input value={text} inputMode={inputMode} onChange={({ target }) => setText(target.value)} />
        </Field>
        <Button type="submit" isBusy={saving.isPending} disabledReason={reason}>
          Save
        </Button>
      </form>
      {saving.error && <Failure error={saving.error} />}
      <p className={styles.faint}>{children}</p>
    </Card>
  );
}
