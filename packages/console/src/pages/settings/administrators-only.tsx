import { Empty } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';

/** What a member sees of a tab that is for administrators. */
export function AdministratorsOnly({ what }: { readonly what: string }) {
  return (
    <Card>
      <Empty title="For administrators">
        <p>
          {what} You are a member: an administrator can do it, or make you one with <code>wherry users role</code>.
        </p>
      </Empty>
    </Card>
  );
}
