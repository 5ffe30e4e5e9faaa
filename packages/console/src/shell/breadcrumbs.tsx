import { Link, useLocation } from '@tanstack/react-router';
import styles from './breadcrumbs.module.css';
import { sectionOf } from './routes.ts';

/** Where the page is. What an id stands for is said by the page's own heading. */
export function Breadcrumbs() {
  const { pathname } = useLocation();
  const section = sectionOf(pathname);
  const ownPath = pathname.startsWith(section.path) ? pathname.slice(section.path.length) : pathname;
  const rest = ownPath.split('/').filter(Boolean);
  return (
    <nav className={styles.crumbs} aria-label="Where this page is">
      {rest.length === 0 ? <b>{section.title}</b> : <Link to={section.path}>{section.title}</Link>}
      {rest.map((part) => (
        <span key={part}>
          {' / '}
          <code>{decodeURIComponent(part)}</code>
        </span>
      ))}
    </nav>
  );
}
