import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { LiveProvider, type LiveState, useLive } from '../live/live.tsx';
import { classes } from '../ui/classes.ts';
import { Toasts } from '../ui/toasts.tsx';
import { Breadcrumbs } from './breadcrumbs.tsx';
import { useJumps } from './jumps.ts';
import { Palette } from './palette.tsx';
import { sectionOf, sections } from './routes.ts';
import styles from './shell.module.css';
import { UserMenu } from './user-menu.tsx';

/** What surrounds every page of a user who has signed in. */
export function Shell() {
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  useJumps(() => setIsPaletteOpen(true));
  return (
    <LiveProvider>
      <a href="#main" className={styles.skip}>
        Skip to the content
      </a>
      <div className={styles.shell}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: a chosen link closes the menu, by mouse or keyboard */}
        <nav
          className={styles.nav}
          aria-label="Pages"
          id="pages"
          data-open={isMenuOpen || undefined}
          onClick={() => setIsMenuOpen(false)}
        >
          <Link to="/" className={styles.brand!}>
            <Sail />
            Wherry
          </Link>
          <NavLinks />
        </nav>
        <div className={styles.body}>
          <header className={styles.header}>
            <button
              type="button"
              className={styles.burger}
              aria-expanded={isMenuOpen}
              aria-controls="pages"
              onClick={() => setIsMenuOpen(!isMenuOpen)}
            >
              Menu
            </button>
            <Breadcrumbs />
            <button type="button" className={styles.search} onClick={() => setIsPaletteOpen(true)}>
              <span>Search or jump to…</span>
              <kbd>⌘K</kbd>
            </button>
            <LiveSign />
            <UserMenu />
          </header>
          <main className={styles.main} id="main" tabIndex={-1}>
            <Outlet />
          </main>
        </div>
      </div>
      <Palette isOpen={isPaletteOpen} onClose={() => setIsPaletteOpen(false)} />
      <Toasts />
    </LiveProvider>
  );
}

function NavLinks() {
  const { pathname } = useLocation();
  const current = sectionOf(pathname);
  let group: string | undefined;
  return sections.map((section) => {
    const isNewGroup = section.group !== group;
    group = section.group;
    return (
      <div key={section.path}>
        {isNewGroup && <div className={styles.group}>{section.group}</div>}
        <Link
          to={section.path}
          className={classes(styles.link, section === current && styles.active)}
          aria-current={section === current ? 'page' : undefined}
          activeProps={{}}
          activeOptions={{ exact: section.path === '/', includeSearch: false }}
        >
          {section.title}
        </Link>
      </div>
    );
  });
}

const signs: Readonly<Record<LiveState, string>> = {
  live: 'Live',
  connecting: 'Connecting',
  lost: 'Reconnecting',
};

function LiveSign() {
  const state = useLive();
  return (
    <span className={styles.live} data-state={state} role="status">
      <i aria-hidden="true" />
      {signs[state]}
    </span>
  );
}

export function Sail() {
  return (
    <svg
      width="22"
      height="22"
      viewBox="0 0 22 22"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M2 11.5h18l-3.2 4.4H6.4z" />
      <path d="M11 11V3l5.2 5.4H11" />
      <path d="M2 19.4c1.5 0 1.5-1 3-1s1.5 1 3 1 1.5-1 3-1 1.5 1 3 1 1.5-1 3-1 1.5 1 3 1" />
    </svg>
  );
}
