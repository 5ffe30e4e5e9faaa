import { useState } from 'react';
import { type Deletion, useDeletion } from '../live/deletion.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { say } from '../ui/toasts.tsx';

interface DeleteButtonProps extends Deletion {
  /** Of the question, e.g. `Delete the task nightly`. */
  readonly title: string;
  /** Has to be typed. */
  readonly name: string;
  /** Said once it is deleted. */
  readonly done: string;
  /** What will happen, before it does. */
  readonly children: React.ReactNode;
}

/** Asks for the name of what the open page shows, deletes it, and leaves the page. */
export function DeleteButton({ title, name, done, children, ...what }: DeleteButtonProps) {
  const [isAsking, setIsAsking] = useState(false);
  const deletion = useDeletion();
  const remove = async () => {
    await deletion(what);
    say(done);
  };
  return (
    <>
      <Button kind="danger" onClick={() => setIsAsking(true)}>
        Delete
      </Button>
      <Confirm
        title={title}
        action="Delete"
        name={name}
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        onConfirm={remove}
      >
        <p>{children}</p>
      </Confirm>
    </>
  );
}
