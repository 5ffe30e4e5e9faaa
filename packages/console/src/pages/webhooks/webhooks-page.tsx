import { WebhookList } from '../../parts/webhook-list.tsx';
import { ApiButton } from '../../ui/api-call.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';

const listCall = {
  about: 'List the webhooks',
  method: 'GET',
  path: '/v2/webhooks?desc=1',
  javascript: 'webhooks().list({ desc: true })',
  python: 'webhooks().list(desc=True)',
} as const;

export function WebhooksPage() {
  return (
    <Page
      title="Webhooks"
      about="Tell other programs what happens to runs and builds. Each event is sent at least once, whatever is restarted meanwhile."
      actions={
        <>
          <ApiButton call={listCall} />
          <ButtonLink to="/webhooks/$webhookId" params={{ webhookId: 'new' } as never} kind="primary">
            New webhook
          </ButtonLink>
        </>
      }
    >
      <WebhookList />
    </Page>
  );
}
