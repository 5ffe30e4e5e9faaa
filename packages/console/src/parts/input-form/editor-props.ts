import type { InputField } from '../../model/input-schema.ts';

/** What labels and describes a control; `Field` sets it. */
export interface ControlProps {
  readonly id?: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: boolean;
  readonly 'aria-required'?: boolean;
}

export interface EditorProps extends ControlProps {
  readonly field: InputField;
  /** Undefined for none. Fits the editor. */
  readonly value: unknown;
  /** Undefined takes the field out of the input. */
  readonly onChange: (value: unknown) => void;
  /** Of the field within the form. */
  readonly path: string;
}

export interface InputFieldViewProps {
  readonly field: InputField;
  readonly value: unknown;
  /** Undefined takes the field out of the input. */
  readonly onValue: (value: unknown) => void;
  readonly path: string;
  readonly error?: string | undefined;
}

/** The control's own part of an editor's properties. */
export function controlOf(props: EditorProps): ControlProps {
  const { field: _, value: __, onChange: ___, path: ____, ...control } = props;
  return control;
}

/** What is shown in an empty control: the default, which the platform puts in. */
export const placeholderOf = ({ default: usual, schema }: InputField): string | undefined => {
  if (typeof usual === 'string' || typeof usual === 'number') return String(usual);
  return typeof schema.example === 'string' || typeof schema.example === 'number'
    ? `e.g. ${schema.example}`
    : undefined;
};
