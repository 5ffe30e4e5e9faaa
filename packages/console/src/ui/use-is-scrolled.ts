import { useEffect, useState } from 'react';

/** Below this the reader has left the top of the page. */
const scrolledPx = 120;

export function useIsScrolled(): boolean {
  const [isScrolled, setIsScrolled] = useState(() => window.scrollY > scrolledPx);
  useEffect(() => {
    const onScroll = () => setIsScrolled(window.scrollY > scrolledPx);
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => window.removeEventListener('scroll', onScroll);
  }, []);
  return isScrolled;
}
