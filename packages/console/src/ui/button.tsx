import { Tooltip } from '@base-ui/react/tooltip';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ButtonHTMLAttributes } from 'react';
import styles from './button.module.css';
import { classes } from './classes.ts';
import floating from './floating.module.css';

type Kind = 'primary' | 'plain' | 'danger' | 'quiet';
type Size = 'normal' | 'small';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: Kind;
  readonly size?: Size;
  /** Why the action cannot be taken. Disables the button, which keeps the focus so that the reason is reached. */
  readonly disabledReason?: string | undefined;
  /** While the action is under way. */
  readonly isBusy?: boolean;
}

const classOf = (kind: Kind, size: Size) => classes(styles.button, styles[kind], size === 'small' && styles.small);

export function Button({
  kind = 'plain',
  size = 'normal',
  disabledReason,
  isBusy = false,
  className,
  onClick,
  children,
  ...others
}: ButtonProps) {
  const isDisabled = disabledReason !== undefined || isBusy;
  const button = (
    <button
      type="button"
      {...others}
      className={classes(classOf(kind, size), className)}
      aria-disabled={isDisabled || undefined}
      aria-busy={isBusy || undefined}
      onClick={isDisabled ? (event) => event.preventDefault() : onClick}
    >
      {children}
    </button>
  );
  return disabledReason === undefined ? button : <WithTooltip text={disabledReason}>{button}</WithTooltip>;
}

/** Shows a text on hover and focus of an element. */
export function WithTooltip({ text, children }: { readonly text: string; readonly children: React.ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children as React.ReactElement<Record<string, unknown>>} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className={styles.positioner}>
          <Tooltip.Popup className={classes(floating.popup, styles.tooltip)}>{text}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly kind?: Kind;
  readonly size?: Size;
}

/** A link that looks like a button. */
export const ButtonLink = createLink(({ kind = 'plain', size = 'normal', className, ...others }: LinkProps) => (
  <a {...others} className={classes(classOf(kind, size), className)} />
));

/** A link to a file of the platform that looks like a button; the browser sends the session's cookie with it. */
export function FileLink({
  kind = 'plain',
  size = 'normal',
  className,
  ...others
}: LinkProps & { readonly href: string }) {
  return <a {...others} className={classes(classOf(kind, size), className)} />;
}
