export type { ContainerRef, ContainerSpec, Engine } from './engines/engine.ts';
export { ProcessEngine } from './engines/process/process-engine.ts';
export { type Platform, type PlatformOptions, startPlatform } from './platform.ts';
