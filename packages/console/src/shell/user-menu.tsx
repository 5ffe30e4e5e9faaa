import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { sessionQuery, signOut } from '../services/session.ts';
import { Menu } from '../ui/menu.tsx';
import { chooseTheme, chosenTheme } from './theme.ts';

export function UserMenu() {
  const { data: session } = useQuery(sessionQuery);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  if (!session) return null;
  const leave = async () => {
    await signOut();
    queryClient.clear();
    await navigate({ to: '/sign-in' });
  };
  return (
    <Menu
      kind="quiet"
      size="small"
      title={session.username}
      actions={[
        { title: 'Light', about: 'Always the light theme', onChoose: () => chooseTheme('light') },
        { title: 'Dark', about: 'Always the dark theme', onChoose: () => chooseTheme('dark') },
        { title: 'As the system', about: `Now: ${chosenTheme()}`, onChoose: () => chooseTheme('system') },
        { title: 'Sign out', onChoose: () => void leave() },
      ]}
    />
  );
}
