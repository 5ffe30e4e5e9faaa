import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../../services/session.ts';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { AboutTab } from './about-tab.tsx';
import { AuditTab } from './audit-tab.tsx';
import { LimitsTab } from './limits-tab.tsx';
import { ProxyTab } from './proxy-tab.tsx';
import { RetentionTab } from './retention-tab.tsx';
import { TokensTab } from './tokens-tab.tsx';
import { UsersTab } from './users-tab.tsx';

export function SettingsPage() {
  const { data: session } = useQuery(sessionQuery);
  const isAdministrator = session?.role === 'administrator';
  return (
    <Page title="Settings" about={session && `Signed in as ${session.username}, ${session.role}.`}>
      <Tabs
        label="Settings"
        tabs={[
          { id: 'tokens', title: 'Tokens', content: () => <TokensTab isAdministrator={isAdministrator} /> },
          { id: 'users', title: 'Users', content: () => <UsersTab isAdministrator={isAdministrator} /> },
          { id: 'limits', title: 'Limits and usage', content: () => <LimitsTab /> },
          { id: 'retention', title: 'Retention', content: () => <RetentionTab isAdministrator={isAdministrator} /> },
          { id: 'proxy', title: 'Proxy groups', content: () => <ProxyTab /> },
          { id: 'audit', title: 'Audit log', content: () => <AuditTab isAdministrator={isAdministrator} /> },
          { id: 'about', title: 'About', content: () => <AboutTab /> },
        ]}
      />
    </Page>
  );
}
