export type CodeLanguage = 'json' | 'javascript' | 'python' | 'text';

export interface CodeEditorProps {
  readonly value: string;
  /** Read-only without. */
  readonly onChange?: (value: string) => void;
  readonly language: CodeLanguage;
  readonly label: string;
  /** How many lines are shown at least. */
  readonly minLines?: number;
}
