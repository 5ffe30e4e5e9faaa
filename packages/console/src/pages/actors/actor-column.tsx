import { Link } from '@tanstack/react-router';
import type { Column } from '../../ui/data-table.tsx';
import styles from './actors.module.css';

interface Named {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly title?: string | null;
}

/** What an Actor is called, with the way to its page. */
export const actorColumn: Column<Named> = {
  id: 'name',
  header: 'Actor',
  cell: ({ id, title, name, username }) => (
    <span className={styles.names}>
      <Link to="/actors/$actorId" params={{ actorId: id } as never}>
        <bdi>{title || name}</bdi>
      </Link>
      <span className={styles.faint}>
        {username}/{name}
      </span>
    </span>
  ),
  sortBy: ({ title, name }) => (title || name).toLowerCase(),
};
