import type { Captured } from '../captured.ts';
import type { Page, Position } from '../lists/list.ts';
import type { Outcome } from '../outcome.ts';
import { type Comment, readComment } from '../records/comment.ts';
import { pageOf, requirePosition } from './page-of.ts';
import { readApi } from './response.ts';

/** Parses responses of `comment/list` and `comment/list/reply`. Their list is null if there are no comments. */
export const parseCommentList = (captured: Captured, asked?: Position): Outcome<Page<Comment>> =>
  readApi(captured, (root) =>
    pageOf({
      holder: root,
      name: 'comments',
      readEntry: readComment,
      idNames: ['cid'],
      hasMore: root.at('has_more'),
      next: () => requirePosition(root.at('cursor')),
      total: root.at('total').count(),
      isFirst: asked?.cursor === '0',
    }),
  );
