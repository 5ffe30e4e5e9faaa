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

export function Button(props: ButtonProps) {
  const {
    kind = 'plain',
    size = 'normal',
    disabledReason,
    isBusy = false,
    className,
    onClick,
    children,
    ...others
  } = props;
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
  // One that may have a reason has the tooltip before, too: to wrap it later would make another element, without the focus.
  return 'disabledReason' in props ? <WithTooltip text={disabledReason}>{button}</WithTooltip> : button;
}

interface WithTooltipProps {
  /** Undefined while there is nothing to say. */
  readonly text: string | undefined;
  readonly children: React.ReactElement;
}

/** Shows a text on hover and focus of an element. */
export function WithTooltip({ text, children }: WithTooltipProps) {
  return (
    <Tooltip.Root disabled={text === undefined}>
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
