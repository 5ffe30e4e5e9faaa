import { ButtonLink } from '../../ui/button.tsx';
import { Empty } from '../../ui/notice.tsx';

/** Where something needs a build, and there is nothing to build yet. */
export function NoSource() {
  return (
    <Empty title="The Actor has no source yet">
      <p>
        Write it here, or push it from your machine: <code>apify push</code>
      </p>
      <ButtonLink to="." search={{ tab: 'source' } as never}>
        Go to the source
      </ButtonLink>
    </Empty>
  );
}
