import type { Captured } from '../captured.ts';
import type { Page } from '../lists/list.ts';
import type { Outcome } from '../outcome.ts';
import { type Comment, readComment } from '../records/comment.ts';
import { pageOf, requirePosition } from './page-of.ts';
import { readApi } from './response.ts';

/** Parses responses of `comment/list` and `comment/list/reply`. */
export const parseCommentList = (captured: Captured): Outcome<Page<Comment>> =>
  readApi(captured, (root) =>
    pageOf({
      // Null if there are none.
      entries: root.at('comments').requireList(),
      readEntry: readComment,
      idNames: ['cid'],
      hasMore: root.at('has_more'),
      next: () => requirePosition(root.at('cursor')),
      total: root.at('total').count(),
    }),
  );
