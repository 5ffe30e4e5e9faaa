import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { eventText, payloadPreview, type WebhookDraft, type WebhookErrors } from '../../model/webhook-draft.ts';
import { defaultTemplate, exampleContext, exampleRun, templateVariables } from '../../model/webhook-template.ts';
import { lastRunQuery } from '../../services/webhooks.ts';
import { CodeEditor } from '../../ui/code-editor.tsx';
import { Field, Select, Switch, Switches } from '../../ui/fields.tsx';
import { Card } from '../../ui/page.tsx';
import styles from './webhooks.module.css';

interface PayloadCardProps {
  readonly draft: WebhookDraft;
  readonly errors: WebhookErrors;
  readonly onChange: (changes: Partial<WebhookDraft>) => void;
}

/** What is sent: the templates, and what they give for an event. */
export function PayloadCard({ draft, errors, onChange }: PayloadCardProps) {
  const { payloadTemplate, headersTemplate } = draft;
  return (
    <Card title="What it sends" isPadded>
      <Switches>
        <Switch
          label="A body of my own"
          isOn={payloadTemplate !== ''}
          onChange={(isOn) => onChange({ payloadTemplate: isOn ? defaultTemplate : '' })}
        />
        {payloadTemplate !== '' && (
          <div className={styles.template}>
            <CodeEditor
              label="Template of the body"
              language="text"
              value={payloadTemplate}
              onChange={(text) => onChange({ payloadTemplate: text })}
            />
            <p className={styles.faint}>
              JSON with variables: {templateVariables.map((name) => `{{${name}}}`).join(', ')}. Dots reach into them, as
              in
              {' {{resource.defaultDatasetId}}'}.
            </p>
            {errors.payloadTemplate && <p className={styles.error}>{errors.payloadTemplate}</p>}
          </div>
        )}
        <Switch
          label="Headers of my own"
          isOn={headersTemplate !== ''}
          onChange={(isOn) => onChange({ headersTemplate: isOn ? '{\n  "x-secret": ""\n}' : '' })}
        />
        {headersTemplate !== '' && (
          <div className={styles.template}>
            <CodeEditor
              label="Template of the headers"
              language="text"
              value={headersTemplate}
              minLines={3}
              onChange={(text) => onChange({ headersTemplate: text })}
            />
            {errors.headersTemplate && <p className={styles.error}>{errors.headersTemplate}</p>}
          </div>
        )}
        {(payloadTemplate !== '' || headersTemplate !== '') && (
          <Switch
            label="Variables inside of texts are filled in too"
            isOn={draft.shouldInterpolateStrings}
            onChange={(shouldInterpolateStrings) => onChange({ shouldInterpolateStrings })}
          />
        )}
      </Switches>
      <Preview draft={draft} />
    </Card>
  );
}

function Preview({ draft }: { readonly draft: WebhookDraft }) {
  const { conditionKind, targetId, eventTypes } = draft;
  const [chosen, setChosen] = useState('');
  const eventType = eventTypes.find((type) => type === chosen) ?? eventTypes[0] ?? 'TEST';
  const { data: run } = useQuery({
    ...lastRunQuery({ kind: conditionKind, id: targetId }),
    enabled: targetId !== '' && conditionKind !== 'run',
  });
  const preview = useMemo(() => {
    const resource = { ...(run ?? exampleRun) } as Readonly<Record<string, unknown>>;
    return payloadPreview(draft, exampleContext(eventType, resource, Date.now()));
  }, [draft, eventType, run]);
  return (
    <section className={styles.preview} aria-label="Preview">
      <Field label="Preview for" help={run ? 'With the last run.' : 'With made-up data.'}>
        <Select
          options={(eventTypes.length === 0 ? ['TEST'] : eventTypes).map((type) => ({
            value: type,
            label: eventText(type),
          }))}
          value={eventType}
          onChange={setChosen}
        />
      </Field>
      {preview.kind === 'body' ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        <pre className={styles.body} tabIndex={0}>
          {preview.text}
        </pre>
      ) : (
        <p className={styles.error}>{preview.message}</p>
      )}
    </section>
  );
}
