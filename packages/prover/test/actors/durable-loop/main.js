// Sound: an item, a record, a charge and the progress are one commit of @wherry/durable.
import { durableSet, openState } from '@wherry/durable';
import { Actor } from 'apify';

await Actor.init();
const { pages } = await Actor.getInput();
const state = await openState({ key: 'STATE', initial: () => ({ next: 0, seen: durableSet() }) });
while (state.value.next < pages) {
  await state.commit((draft, tx) => {
    const page = draft.next;
    draft.seen.add(page);
    draft.next = page + 1;
    tx.pushData({ page });
    tx.setValue('LAST', { page });
    tx.charge('page');
  });
}
await Actor.exit();
