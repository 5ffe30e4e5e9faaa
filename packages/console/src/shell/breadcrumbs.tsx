import { Link, useLocation } from '@tanstack/react-router';
import { type Crumb, useCrumbs } from '../ui/crumbs.ts';
import styles from './breadcrumbs.module.css';
import { sectionOf } from './routes.ts';

/** Where the page is: its section, and what the page says of itself. */
export function Breadcrumbs() {
  const { pathname } = useLocation();
  const section = sectionOf(pathname);
  const own = useCrumbs();
  const isSection = pathname === section.path || pathname === `${section.path}/`;
  const crumbs = isSection ? [] : (own ?? []);
  return (
    <nav className={styles.crumbs} aria-label="Where this page is">
      {isSection ? <b>{section.title}</b> : <Link to={section.path}>{section.title}</Link>}
      {crumbs.map((crumb) => (
        <span key={`${crumb.to} ${crumb.text}`}>
          {' / '}
          <Step crumb={crumb} />
        </span>
      ))}
    </nav>
  );
}

function Step({ crumb: { text, to, isId = false } }: { readonly crumb: Crumb }) {
  const words = isId ? <code>{text}</code> : <bdi>{text}</bdi>;
  return to === undefined ? <b title={text}>{words}</b> : <Link to={to}>{words}</Link>;
}
