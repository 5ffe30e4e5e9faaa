import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { Parsed } from '../../model/input-text.ts';

/** Says what of a text that is edited is no value yet; undefined when it is one. */
type Report = (path: string, problem: string | undefined) => void;

const ProblemContext = createContext<Report>(() => undefined);

export const InputProblems = ProblemContext.Provider;

/** Collects the problems of a form's texts by field. */
export function useProblems(onProblems: ((problems: Readonly<Record<string, string>>) => void) | undefined): Report {
  const problems = useRef<Readonly<Record<string, string>>>({});
  const listener = useRef(onProblems);
  listener.current = onProblems;
  return useCallback((path, problem) => {
    if (problems.current[path] === problem) return;
    const { [path]: _, ...others } = problems.current;
    problems.current = problem === undefined ? others : { ...others, [path]: problem };
    listener.current?.(problems.current);
  }, []);
}

interface EditedText {
  /** Of the field within the form. */
  readonly path: string;
  readonly value: unknown;
  readonly toText: (value: unknown) => string;
  readonly parse: (text: string) => Parsed;
  readonly onChange: (value: unknown) => void;
}

const same = (one: unknown, other: unknown): boolean => one === other || JSON.stringify(one) === JSON.stringify(other);

/** A value that is edited as a text. What is typed stays as it is, also while it is no value; then the last value stays. */
export function useEditedText({ path, value, toText, parse, onChange }: EditedText) {
  const report = useContext(ProblemContext);
  const [edit, setEdit] = useState<{ readonly text: string; readonly value: unknown }>();
  const isCurrent = edit !== undefined && same(edit.value, value);
  const text = isCurrent ? edit.text : toText(value);
  const parsed = useMemo(() => parse(text), [parse, text]);
  const problem = isCurrent && parsed.kind === 'invalid' ? parsed.message : undefined;
  useEffect(() => report(path, problem), [report, path, problem]);
  useEffect(() => () => report(path, undefined), [report, path]);
  const setText = (next: string) => {
    const result = parse(next);
    if (result.kind === 'invalid') return setEdit({ text: next, value });
    const nextValue = result.kind === 'value' ? result.value : undefined;
    setEdit({ text: next, value: nextValue });
    onChange(nextValue);
  };
  return { text, setText, problem };
}
