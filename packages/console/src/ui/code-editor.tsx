import { lazy, Suspense } from 'react';
import styles from './code-editor.module.css';
import type { CodeEditorProps } from './code-editor-props.ts';

/** CodeMirror is a large library, so it is loaded with the first editor. */
const Editor = lazy(() => import('./code-mirror.tsx'));

export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Fallback {...props} />}>
      <Editor {...props} />
    </Suspense>
  );
}

function Fallback({ value, label }: CodeEditorProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section className={styles.fallback} aria-label={label} tabIndex={0}>
      <pre>{value}</pre>
    </section>
  );
}
