export function missingPackages(): string[];
export function mayInstall(): boolean;
export function whyNoDocker(): string | undefined;
export function whyNoBrowser(): string | undefined;
export function whyNoDriver(): string | undefined;
export function whyNoPrometheus(): string | undefined;
export function isThere(program: string): boolean;
