import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../services/session.ts';
import { Menu } from '../ui/menu.tsx';
import { useSignOut } from './sign-out.ts';
import { chooseTheme, chosenTheme } from './theme.ts';

export function UserMenu() {
  const { data: session } = useQuery(sessionQuery);
  const signOut = useSignOut();
  if (!session) return null;
  return (
    <Menu
      kind="quiet"
      size="small"
      title={session.username}
      actions={[
        { title: 'Light', about: 'Always the light theme', onChoose: () => chooseTheme('light') },
        { title: 'Dark', about: 'Always the dark theme', onChoose: () => chooseTheme('dark') },
        { title: 'As the system', about: `Now: ${chosenTheme()}`, onChoose: () => chooseTheme('system') },
        { title: 'Sign out', onChoose: () => void signOut() },
      ]}
    />
  );
}
