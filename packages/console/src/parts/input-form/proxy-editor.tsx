import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type ProxyMode, type ProxyValue, proxyItem, proxyValue } from '../../model/input-lists.ts';
import { proxyGroupsQuery } from '../../services/input-resources.ts';
import { Select } from '../../ui/fields.tsx';
import type { EditorProps } from './editor-props.ts';
import styles from './input-form.module.css';

const modes: readonly { readonly value: ProxyMode; readonly label: string }[] = [
  { value: 'none', label: 'No proxy' },
  { value: 'platform', label: "The platform's proxy" },
  { value: 'own', label: 'Own proxies' },
];

export function ProxyEditor({ field, value, onChange }: EditorProps) {
  const proxy = proxyValue(value);
  const { mode } = proxy;
  const change = (next: Partial<ProxyValue>) => onChange(proxyItem({ ...proxy, ...next }, value));
  return (
    <div className={styles.stack}>
      <Select
        aria-label={`Kind of ${field.title}`}
        value={mode}
        onChange={(next) => change({ mode: next as ProxyMode })}
        options={modes}
      />
      {mode === 'platform' && <PlatformProxy proxy={proxy} change={change} title={field.title} />}
      {mode === 'own' && <OwnProxies urls={proxy.urls} onChange={(urls) => change({ urls })} title={field.title} />}
    </div>
  );
}

interface PlatformProxyProps {
  readonly proxy: ProxyValue;
  readonly change: (next: Partial<ProxyValue>) => void;
  readonly title: string;
}

function PlatformProxy({ proxy: { groups, country }, change, title }: PlatformProxyProps) {
  const { data: known = [] } = useQuery(proxyGroupsQuery);
  const all = [...new Set([...known.map(({ name }) => name), ...groups])];
  return (
    <>
      <div className={styles.choices}>
        {all.map((name) => (
          <label key={name} className={styles.choice}>
            <input
              type="checkbox"
              checked={groups.includes(name)}
              onChange={({ target }) =>
                change({ groups: target.checked ? [...groups, name] : groups.filter((each) => each !== name) })
              }
            />
            {name}
          </label>
        ))}
        <span className={styles.faint}>
          {all.length === 0
            ? 'The platform has no proxy groups yet. docs/proxy.md says how an administrator adds one.'
            : groups.length === 0 && 'None chosen: the platform chooses.'}
        </span>
      </div>
      <input
        className={styles.short}
        aria-label={`Country of ${title}`}
        placeholder="Country, e.g. US"
        maxLength={2}
        value={country}
        onChange={({ target }) => change({ country: target.value.toUpperCase() })}
      />
    </>
  );
}

interface OwnProxiesProps {
  readonly urls: readonly string[];
  readonly onChange: (urls: readonly string[]) => void;
  readonly title: string;
}

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function OwnProxies({ urls, onChange, title }: OwnProxiesProps) {
  // With the empty lines of what is being typed.
  const [typed, setTyped] = useState<string>();
  const isCurrent = typed !== undefined && linesOf(typed).join('\n') === urls.join('\n');
  return (
    <textarea
      aria-label={`URLs of ${title}`}
      placeholder="http://user:password@proxy.example:8000, one in a line"
      rows={3}
      value={isCurrent ? typed : urls.join('\n')}
      onChange={({ target }) => {
        setTyped(target.value);
        onChange(linesOf(target.value));
      }}
      spellCheck={false}
    />
  );
}
