import { Card, Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { NewActor } from './new-actor.tsx';
import { OwnActors } from './own-actors.tsx';
import { PublicActors } from './public-actors.tsx';

export function ActorsPage() {
  return (
    <Page title="Actors" about="Programs that the platform builds and runs" actions={<NewActor />}>
      <Tabs
        label="Whose Actors"
        parameter="of"
        tabs={[
          {
            id: 'own',
            title: 'Yours',
            content: () => (
              <Card>
                <OwnActors />
              </Card>
            ),
          },
          {
            id: 'public',
            title: 'Public',
            content: () => (
              <Card>
                <PublicActors />
              </Card>
            ),
          },
        ]}
      />
    </Page>
  );
}
