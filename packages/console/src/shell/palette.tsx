import { Dialog } from '../ui/dialog.tsx';

/** The command palette. */
export function Palette({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Dialog title="Search or jump to" isOpen={isOpen} onClose={onClose}>
      …
    </Dialog>
  );
}
