/** What a recorded data folder has, and its test expects. */
export const token = 'token-of-the-recording';
export const secret = 'a secret of the recording';
export const names = { storages: 'kept', short: 'short', counter: 'counter' } as const;
export const items = [{ n: 1 }, { n: 2 }];
/** Above 1 MiB, so it is in a file beside the database. */
export const largeRecord = 'large '.repeat(200_000);
export const requests = ['https://example.com/1', 'https://example.com/2'].map((url) => ({ url, uniqueKey: url }));

/** It prints a secret variable, which the log must hide, and its length. */
export const shortFiles = {
  Dockerfile: 'FROM apify/actor-node:24\nCOPY main.js ./\nCMD ["node", "main.js"]\n',
  'main.js': "console.log('the secret has ' + process.env.SECRET.length + ' characters: ' + process.env.SECRET);\n",
};
