import { lazy, Suspense, useEffect, useState } from 'react';

/** It is loaded when it is opened first: most visits do without. */
const PaletteDialog = lazy(() => import('./palette-dialog.tsx'));

/** The command palette. */
export function Palette({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [wasOpened, setWasOpened] = useState(isOpen);
  useEffect(() => setWasOpened((before) => before || isOpen), [isOpen]);
  if (!wasOpened) return null;
  return (
    <Suspense>
      <PaletteDialog isOpen={isOpen} onClose={onClose} />
    </Suspense>
  );
}
