import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useRefetchInterval } from '../../live/live.tsx';
import { eventText, newWebhook, webhookDraftOf } from '../../model/webhook-draft.ts';
import { DeleteButton } from '../../parts/delete-button.tsx';
import { TargetName } from '../../parts/target-name.tsx';
import {
  createWebhook,
  deleteWebhook,
  testWebhook,
  updateWebhook,
  type Webhook,
  type WebhookCreate,
  webhookQuery,
} from '../../services/webhooks.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { ApiButton } from '../../ui/api-call.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyId } from '../../ui/copy-id.tsx';
import { LoadedPage } from '../../ui/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { say, sayFailure } from '../../ui/toasts.tsx';
import { Dispatches } from './dispatches.tsx';
import { WebhookForm } from './webhook-form.tsx';

export function WebhookPage() {
  const { webhookId } = useParams({ strict: false }) as { webhookId: string };
  return webhookId === 'new' ? <NewWebhookPage /> : <StoredWebhookPage key={webhookId} webhookId={webhookId} />;
}

function NewWebhookPage() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [actorId] = useAddressState<string>('actorId', '');
  const [taskId] = useAddressState<string>('taskId', '');
  const initial = useMemo(
    () => (taskId === '' ? newWebhook('actor', actorId) : newWebhook('task', taskId)),
    [actorId, taskId],
  );
  const create = async (body: WebhookCreate) => {
    const { id } = await createWebhook(body);
    await queryClient.invalidateQueries({ queryKey: ['webhooks', 'list'] });
    say('The webhook was made. Send a test to see whether it arrives.');
    await navigate({ to: '/webhooks/$webhookId', params: { webhookId: id } as never });
  };
  return (
    <Page title="New webhook" about="Say what it listens to, and where it sends.">
      <WebhookForm initial={initial} onSave={create} />
    </Page>
  );
}

function StoredWebhookPage({ webhookId }: { readonly webhookId: string }) {
  const query = useQuery({ ...webhookQuery(webhookId), refetchInterval: useRefetchInterval() });
  return (
    <LoadedPage title="Webhook" query={query}>
      {(data) => <ShownWebhook webhook={data} />}
    </LoadedPage>
  );
}

function ShownWebhook({ webhook }: { readonly webhook: Webhook }) {
  const { id, requestUrl, description, condition, eventTypes } = webhook;
  const queryClient = useQueryClient();
  const save = async (body: WebhookCreate) => {
    queryClient.setQueryData(webhookQuery(id).queryKey, await updateWebhook(id, body));
    await queryClient.invalidateQueries({ queryKey: ['webhooks'] });
    say('The webhook was saved. Calls that are made again use it from now on.');
  };
  return (
    <Page
      title={description || requestUrl || 'Webhook'}
      about={
        <>
          Listens to{' '}
          <TargetName actorId={condition.actorId} taskId={condition.actorTaskId} runId={condition.actorRunId} />:{' '}
          {eventTypes.map((type) => eventText(type)).join(', ')} · <CopyId id={id} />
        </>
      }
      actions={<Actions webhook={webhook} />}
    >
      <Tabs
        label="Parts of the webhook"
        tabs={[
          { id: 'dispatches', title: 'Dispatches', content: () => <Dispatches webhookId={id} /> },
          {
            id: 'edit',
            title: 'Settings',
            content: () => (
              <WebhookForm key={webhook.modifiedAt} webhookId={id} initial={webhookDraftOf(webhook)} onSave={save} />
            ),
          },
        ]}
      />
    </Page>
  );
}

function Actions({ webhook: { id, requestUrl } }: { readonly webhook: Webhook }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const host = requestUrl && URL.canParse(requestUrl) ? new URL(requestUrl).host : 'webhook';
  const test = async () => {
    setIsBusy(true);
    try {
      const dispatch = await testWebhook(id);
      await queryClient.invalidateQueries({ queryKey: ['dispatches', 'list', id] });
      await navigate({
        to: '/webhooks/$webhookId',
        params: { webhookId: id } as never,
        search: { dispatch: dispatch.id } as never,
      });
    } catch (error) {
      sayFailure(error);
    } finally {
      setIsBusy(false);
    }
  };
  const call = {
    about: 'Send a test of this webhook',
    method: 'POST',
    path: `/v2/webhooks/${id}/test`,
    javascript: `webhook('${id}').test()`,
    python: `webhook('${id}').test()`,
  } as const;
  return (
    <>
      <ApiButton call={call} />
      <Button isBusy={isBusy} onClick={() => void test()}>
        Send a test
      </Button>
      <DeleteButton
        title="Delete this webhook"
        name={host}
        kinds="webhooks"
        id={id}
        to="/webhooks"
        call={() => deleteWebhook(id)}
        done="The webhook was deleted."
      >
        It sends nothing any more to <b>{requestUrl}</b>. Dispatches that have not arrived yet end as failed. The log
        stays for 30 days in the API.
      </DeleteButton>
    </>
  );
}
