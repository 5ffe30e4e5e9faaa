import { Menu as BaseMenu } from '@base-ui/react/menu';
import { Button, type ButtonProps } from './button.tsx';
import { classes } from './classes.ts';
import floating from './floating.module.css';
import styles from './menu.module.css';

export interface MenuAction {
  readonly title: string;
  /** Said below the title: what it does. */
  readonly about?: string;
  readonly isDangerous?: boolean;
  /** Why it cannot be taken. */
  readonly disabledReason?: string | undefined;
  readonly onChoose: () => void;
}

interface MenuProps extends Omit<ButtonProps, 'onClick'> {
  readonly title: string;
  readonly actions: readonly MenuAction[];
}

/** A button with a list of actions. */
export function Menu({ title, actions, ...button }: MenuProps) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger
        render={
          <Button {...button}>
            {title}
            <span aria-hidden="true">▾</span>
          </Button>
        }
      />
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} align="end" className={floating.positioner}>
          <BaseMenu.Popup className={classes(floating.popup, styles.popup)}>
            {actions.map(({ title: name, about, isDangerous, disabledReason, onChoose }) => (
              <BaseMenu.Item
                key={name}
                className={classes(floating.item, styles.item, isDangerous && styles.dangerous)}
                disabled={disabledReason !== undefined}
                onClick={onChoose}
              >
                {name}
                {(disabledReason ?? about) !== undefined && <small>{disabledReason ?? about}</small>}
              </BaseMenu.Item>
            ))}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}
