import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatBytes } from '../model/format.ts';
import { decodeStart, hexLines, markOf, prettyJson, type RecordKind, recordKindOf } from '../model/record-preview.ts';
import { type RecordInfo, recordPath, recordStartQuery } from '../services/key-value-stores.ts';
import { FileLink } from '../ui/button.tsx';
import { CodeEditor } from '../ui/code-editor.tsx';
import { Empty, Failure, Skeleton } from '../ui/notice.tsx';
import styles from './record-preview.module.css';

interface PreviewProps {
  readonly storeId: string;
  readonly recordKey: string;
  readonly info: RecordInfo;
}

/** The most of a text that is shown. */
export const previewBytes = 1024 * 1024;
const hexBytes = 1024;
/** By which it is seen that a record was written again. */
const markBytes = 16 * 1024;

/**
 * [preview-1] Nothing of a record runs in the console's origin: images and media are drawn by their own elements, HTML is in a
 * frame with neither scripts nor an origin, and the platform serves every record with the policy `sandbox`.
 */
export function RecordPreview(props: PreviewProps) {
  const { info } = props;
  const kind = recordKindOf(info.contentType);
  if (info.bytes === 0) return <p className={styles.note}>The record is empty.</p>;
  return kind === 'binary' || kind === 'text' || kind === 'json' ? (
    <StartPreview {...props} kind={kind} />
  ) : (
    <DrawnPreview {...props} kind={kind} />
  );
}

type DrawnKind = 'image' | 'html' | 'video' | 'audio';

/** What the browser draws. It is loaded again only when its bytes are others: a film goes on while other records are written. */
function DrawnPreview({ storeId, recordKey, info, kind }: PreviewProps & { readonly kind: DrawnKind }) {
  const { data: start, error, refetch } = useQuery(recordStartQuery(storeId, recordKey, markBytes));
  const [undrawn, setUndrawn] = useState('');
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (start === undefined) return <Skeleton rows={6} />;
  const url = `${recordPath(storeId, recordKey)}?shown=${info.bytes}-${markOf(start)}`;
  if (undrawn === url) return <Undrawn storeId={storeId} recordKey={recordKey} contentType={info.contentType} />;
  const onError = () => setUndrawn(url);
  switch (kind) {
    case 'image':
      return (
        <div className={styles.image}>
          <img src={url} alt={`The record ${recordKey}`} onError={onError} />
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
      return <video className={styles.media} controls preload="metadata" src={url} onError={onError} />;
    case 'audio':
      // biome-ignore lint/a11y/useMediaCaption: a record has none
      return <audio className={styles.media} controls preload="metadata" src={url} onError={onError} />;
  }
}

function Undrawn(props: { readonly storeId: string; readonly recordKey: string; readonly contentType: string }) {
  const { storeId, recordKey, contentType } = props;
  return (
    <Empty title="This record cannot be shown">
      <p>
        The browser cannot read it as <code>{contentType}</code>: it is damaged, or of a kind that this browser does not
        know. Download it to open it with another program.
      </p>
      <FileLink size="small" href={recordPath(storeId, recordKey, { isAttachment: true })} download>
        Download the record
      </FileLink>
    </Empty>
  );
}

/** What is shown of a text, of JSON, and of bytes that no element draws. */
function StartPreview({ storeId, recordKey, info, kind }: PreviewProps & { readonly kind: RecordKind }) {
  const most = kind === 'binary' ? hexBytes : previewBytes;
  const { data: bytes, error, refetch } = useQuery(recordStartQuery(storeId, recordKey, most));
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (bytes === undefined) return <Skeleton rows={6} />;
  const isCut = info.bytes > bytes.length;
  const cut = isCut && (
    <p className={styles.note}>
      The first {formatBytes(bytes.length)} of {formatBytes(info.bytes)}. Download it for the rest.
    </p>
  );
  if (kind === 'binary') {
    return (
      <>
        <p className={styles.note}>
          The console shows no <code>{info.contentType}</code>, so these are its bytes. Download it to open it with
          another program.
        </p>
        <Hex bytes={bytes} />
        {cut}
      </>
    );
  }
  const { text, charset, isExact } = decodeStart(bytes, info.contentType);
  const json = kind === 'json' ? prettyJson(text) : undefined;
  return (
    <>
      {!isExact && (
        <p className={styles.note}>
          Not all of it is a text in <code>{charset}</code>: what is not is shown as �. Download it for its bytes.
        </p>
      )}
      {kind === 'json' && json === undefined && !isCut && <p className={styles.note}>It is not valid JSON.</p>}
      {cut}
      <CodeEditor
        value={json ?? text}
        language={json === undefined ? 'text' : 'json'}
        label={`The record ${recordKey}`}
      />
    </>
  );
}

function Hex({ bytes }: { readonly bytes: Uint8Array }) {
  const lines = hexLines(bytes).map(({ offset, hex, text }) => `${offset}  ${hex.padEnd(47)}  ${text}`);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    <section className={styles.hex} aria-label="Bytes in hexadecimal digits" tabIndex={0}>
      <pre>{lines.join('\n')}</pre>
    </section>
  );
}
