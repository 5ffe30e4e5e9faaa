/** Why the tests with Python Actors cannot run here; undefined where they can. */
export function whyNoPython(): string | undefined;
