interface InputFormProps {
  /** The input schema of the build; null for an Actor without one. */
  readonly schema: Readonly<Record<string, unknown>> | null;
  readonly value: Readonly<Record<string, unknown>>;
  readonly onChange: (value: Readonly<Record<string, unknown>>) => void;
  /** What the platform says is wrong, by field. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** A form from an input schema, with the same value as JSON beside it. Unknown fields are kept. */
export function InputForm(_: InputFormProps) {
  return null;
}
