/** The parts of names and texts. */
export const adjectives = [
  'amber',
  'brisk',
  'calm',
  'dusty',
  'eager',
  'faint',
  'gentle',
  'hollow',
  'icy',
  'jolly',
  'keen',
  'lunar',
  'mellow',
  'noble',
  'odd',
  'pale',
  'quiet',
  'rusty',
  'solar',
  'tidy',
  'upper',
  'vivid',
  'windy',
  'young',
];

export const nouns = [
  'anchor',
  'badger',
  'comet',
  'dune',
  'ember',
  'falcon',
  'garden',
  'harbor',
  'island',
  'jigsaw',
  'kettle',
  'lantern',
  'meadow',
  'nectar',
  'otter',
  'pebble',
  'quartz',
  'river',
  'saddle',
  'tunnel',
  'umbrella',
  'violin',
];

/** Texts that break careless readers: script end tags, quotes, line breaks, other scripts, combining marks. */
export const phrases = [
  'Making things by hand.',
  'rain on the roof ☔',
  'Second line\nfollows the first',
  'It\'s "quoted" \\ and slashed / here',
  'closing </script><b>tags</b> & entities &amp;',
  'マグカップを作る',
  'صباح الخير',
  'naïve café, déjà vu',
  '👩‍🚀🧵🪡',
  '',
];

export const languages = ['en', 'de', 'ja', 'ar', 'es', 'un'];
export const regions = ['US', 'DE', 'JP', 'EG', 'ES', 'CZ'];
