export { type Greeting, greetingOf, greetingText } from './greeting.ts';
export { type FaultKind, faultKinds } from './http/faults.ts';
export type { Visits } from './http/visits.ts';
export { SettingsError, type SiteFlags, siteSettings } from './settings.ts';
export { startTikTokSite, type TikTokSite, type TikTokSiteOptions } from './site.ts';
export type { Truth } from './truth/truth.ts';
export type { User, UserState } from './world/user.ts';
export type { VideoState } from './world/video.ts';
export { defaultWorld, type World } from './world/world.ts';
