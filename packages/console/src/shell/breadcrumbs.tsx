import { Link, useLocation } from '@tanstack/react-router';
import styles from './breadcrumbs.module.css';
import { sections } from './routes.ts';

/** Where the page is. What an id stands for is said by the page's own heading. */
export function Breadcrumbs() {
  const { pathname } = useLocation();
  const section = sections.find(({ path }) => path !== '/' && `${pathname}/`.startsWith(`${path}/`)) ?? sections[0];
  const rest = pathname.slice(section.path.length).split('/').filter(Boolean);
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
