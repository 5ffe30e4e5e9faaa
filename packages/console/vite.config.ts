import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** For development: where the platform is, and a token for it. */
const { WHERRY_URL: url = 'http://127.0.0.1:8010', WHERRY_TOKEN: token } = process.env;
const toPlatform = { target: url, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } };

/** A session for development, where the token is sent by this server. */
const developmentSession: Plugin = {
  name: 'development-session',
  configureServer({ middlewares }) {
    middlewares.use('/wherry/v1/session', (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ data: { userId: 'me', username: 'developer', role: 'administrator', csrfToken: '' } }),
      );
    });
  },
};

export default defineConfig({
  base: '/console/',
  plugins: [react(), ...(token === undefined ? [] : [developmentSession])],
  server: { proxy: { '/v2': toPlatform, '/wherry/v1': toPlatform } },
  build: {
    // The oldest browsers that know light-dark().
    target: ['chrome123', 'firefox120', 'safari17.5'],
    // The console's Content-Security-Policy allows neither fonts nor scripts in data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
