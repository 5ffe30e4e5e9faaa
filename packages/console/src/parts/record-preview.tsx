import { useQuery } from '@tanstack/react-query';
import { formatBytes } from '../model/format.ts';
import { decodeStart, hexLines, prettyJson, type RecordKind, recordKindOf } from '../model/record-preview.ts';
import { type RecordInfo, recordPath, recordStartQuery } from '../services/key-value-stores.ts';
import { CodeEditor } from '../ui/code-editor.tsx';
import { Failure, Skeleton } from '../ui/notice.tsx';
import styles from './record-preview.module.css';

interface PreviewProps {
  readonly storeId: string;
  readonly recordKey: string;
  readonly info: RecordInfo;
  /** Changes when the record may have changed. */
  readonly version: number;
}

/** The most of a text that is shown. */
export const previewBytes = 1024 * 1024;
const hexBytes = 1024;

/**
 * [preview-1] Nothing of a record runs in the console's origin: images and media are drawn by their own elements, HTML is in a
 * frame with neither scripts nor an origin, and the platform serves every record with the policy `sandbox`.
 */
export function RecordPreview(props: PreviewProps) {
  const { storeId, recordKey, info, version } = props;
  const kind = recordKindOf(info.contentType);
  const url = `${recordPath(storeId, recordKey)}?shown=${version}`;
  switch (kind) {
    case 'image':
      return (
        <div className={styles.image}>
          <img src={url} alt={`The record ${recordKey}`} />
        </div>
      );
    case 'html':
      return (
        <iframe
          className={styles.frame}
          title={`The page in the record ${recordKey}`}
          sandbox=""
          referrerPolicy="no-referrer"
          src={url}
        />
      );
    case 'video':
      // biome-ignore lint/a11y/useMediaCaption: a record has none
      return <video className={styles.media} controls preload="metadata" src={url} />;
    case 'audio':
      // biome-ignore lint/a11y/useMediaCaption: a record has none
      return <audio className={styles.media} controls preload="metadata" src={url} />;
    default:
      return <StartPreview {...props} kind={kind} />;
  }
}

/** What is shown of a text, of JSON, and of bytes that no element draws. */
function StartPreview({ storeId, recordKey, info, kind }: PreviewProps & { readonly kind: RecordKind }) {
  const most = kind === 'binary' ? hexBytes : previewBytes;
  const { data: bytes, error, refetch } = useQuery(recordStartQuery(storeId, recordKey, most));
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (bytes === undefined) return <Skeleton rows={6} />;
  const note = info.bytes > bytes.length && (
    <p className={styles.note}>
      The first {formatBytes(bytes.length)} of {formatBytes(info.bytes)}. Download it for the rest.
    </p>
  );
  if (kind === 'binary') {
    return (
      <>
        <Hex bytes={bytes} />
        {note}
      </>
    );
  }
  const text = decodeStart(bytes);
  const json = kind === 'json' ? prettyJson(text) : undefined;
  return (
    <>
      <CodeEditor
        value={json ?? text}
        language={json === undefined ? 'text' : 'json'}
        label={`The record ${recordKey}`}
      />
      {note}
    </>
  );
}

function Hex({ bytes }: { readonly bytes: Uint8Array }) {
  if (bytes.length === 0) return <p className={styles.note}>The record is empty.</p>;
  const lines = hexLines(bytes).map(({ offset, hex, text }) => `${offset}  ${hex.padEnd(47)}  ${text}`);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section className={styles.hex} aria-label="Bytes in hexadecimal digits" tabIndex={0}>
      <pre>{lines.join('\n')}</pre>
    </section>
  );
}
