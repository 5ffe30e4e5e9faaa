import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { sections } from './routes.ts';

/** How long after `g` the second key may come. */
const jumpMs = 1500;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));

/** ⌘K or Ctrl K opens the palette; `g` and a letter leads to a page. */
export function useJumps(openPalette: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let startedAtMs = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      const isSecond = event.timeStamp - startedAtMs < jumpMs;
      startedAtMs = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const section = isSecond ? sections.find(({ jump }) => jump === event.key) : undefined;
      if (section !== undefined) void navigate({ to: section.path });
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [navigate, openPalette]);
}
