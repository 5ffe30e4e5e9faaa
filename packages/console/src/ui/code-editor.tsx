import { lazy, Suspense } from 'react';
import styles from './code-editor.module.css';
import type { CodeEditorProps } from './code-editor-props.ts';

/** CodeMirror is a large library, so it is loaded with the first editor. */
const Editor = lazy(() => import('./code-mirror.tsx'));

export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<pre className={styles.fallback}>{props.value}</pre>}>
      <Editor {...props} />
    </Suspense>
  );
}
