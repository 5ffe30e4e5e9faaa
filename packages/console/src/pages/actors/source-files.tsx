import { useState } from 'react';
import { formatBytes } from '../../model/format.ts';
import {
  base64Bytes,
  isBinary,
  languageOf,
  nameProblem,
  type SourceFile,
  shownFiles,
  withContent,
  withFile,
  withoutFile,
} from '../../model/source-files.ts';
import { useAddressState } from '../../ui/address-state.ts';
import { Button } from '../../ui/button.tsx';
import { CodeEditor } from '../../ui/code-editor.tsx';
import { Empty } from '../../ui/notice.tsx';
import styles from './actors.module.css';

interface SourceFilesProps {
  readonly files: readonly SourceFile[];
  readonly onChange: (files: readonly SourceFile[]) => void;
}

/** The files at the left, the chosen one in an editor at the right. */
export function SourceFiles({ files, onChange }: SourceFilesProps) {
  const shown = shownFiles(files);
  const [chosen, setChosen] = useAddressState<string>('file', '');
  const file = shown.find(({ name }) => name === chosen) ?? shown.find((each) => !isBinary(each)) ?? shown[0];
  return (
    <div className={styles.files}>
      <div className={styles.fileList}>
        {shown.map(({ name }) => (
          <button
            key={name}
            type="button"
            className={styles.file}
            aria-current={name === file?.name}
            onClick={() => setChosen(name)}
          >
            <bdi>{name}</bdi>
          </button>
        ))}
        <AddFile
          files={files}
          onAdd={(name) => {
            onChange(withFile(files, name));
            setChosen(name);
          }}
        />
      </div>
      <div className={styles.editor}>
        {file === undefined ? (
          <Empty title="No files yet">
            <p>Write a name at the left and press Add. An Actor needs at least a program and its package.json.</p>
          </Empty>
        ) : (
          <FileContent file={file} files={files} onChange={onChange} />
        )}
      </div>
    </div>
  );
}

function FileContent({ file, files, onChange }: SourceFilesProps & { readonly file: SourceFile }) {
  const { name, content = '' } = file;
  return (
    <>
      <div className={styles.row}>
        <code>
          <bdi>{name}</bdi>
        </code>
        <span className={styles.grow} />
        <Button size="small" kind="danger" onClick={() => onChange(withoutFile(files, name))}>
          Remove the file
        </Button>
      </div>
      {isBinary(file) ? (
        <Empty title={`A binary file of ${formatBytes(base64Bytes(content))}`}>
          <p>It is kept as it is. Push a new one from your machine.</p>
        </Empty>
      ) : (
        <CodeEditor
          key={name}
          value={content}
          onChange={(next) => onChange(withContent(files, name, next))}
          language={languageOf(name)}
          label={`Content of ${name}`}
          minLines={18}
        />
      )}
    </>
  );
}

interface AddFileProps {
  readonly files: readonly SourceFile[];
  readonly onAdd: (name: string) => void;
}

function AddFile({ files, onAdd }: AddFileProps) {
  const [name, setName] = useState('');
  const problem = nameProblem(name, files);
  const add = () => {
    if (problem !== undefined) return;
    onAdd(name);
    setName('');
  };
  return (
    <form
      className={styles.toolbar}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <input
        aria-label="Name of a new file"
        placeholder="folder/file"
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <Button type="submit" size="small" disabledReason={problem}>
        Add
      </Button>
    </form>
  );
}
