/** The API over TLS, with certificates that openssl makes. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { startFixture } from './fixture.ts';

const call = promisify(execFile);

async function makeCertificate(folder: string, name: string) {
  const files = { certFile: path.join(folder, `${name}.pem`), keyFile: path.join(folder, `${name}.key`) };
  await call('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', files.keyFile, '-out', files.certFile],
  ]);
  return files;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wherry-tls-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Whose certificate new connections get. */
const subjectAt = (port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    }).once('error', reject);
  });

test('calls, and websockets of runs, pass over TLS; a reload brings a new certificate, and a wrong one changes nothing', async () => {
  const folder = await newFolder();
  const first = await makeCertificate(folder, 'first');
  await using fixture = await startFixture({ tls: { ...first, port: 0, host: '127.0.0.1' } });
  const { tls } = fixture.platform;
  const ca = await readFile(first.certFile);
  const status = await new Promise<number>((resolve, reject) => {
    const headers = { authorization: `Bearer ${fixture.platform.token}` };
    request({ host: '127.0.0.1', port: tls!.port, path: '/v2/users/me', ca, headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .once('error', reject)
      .end();
  });
  expect(status).toBe(200);
  const cookie = await new Promise<string>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const options = { host: '127.0.0.1', port: tls!.port, path: '/wherry/v1/session', method: 'POST', ca, headers };
    request(options, (response) => {
      response.resume();
      resolve(response.headers['set-cookie']![0]!);
    })
      .once('error', reject)
      .end(JSON.stringify({ token: fixture.platform.token }));
  });
  expect(cookie, 'a session over TLS').toMatch(/^__Host-wherry-session=[\w-]+; .*; Secure$/);
  const refused = await new Promise<number>((resolve, reject) => {
    const socket = new WebSocket(`wss://127.0.0.1:${tls!.port}/wherry/v1/runs/none/events`, { ca });
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode!)).once('error', reject);
  });
  expect(refused).toBeGreaterThanOrEqual(400);

  const second = await makeCertificate(folder, 'second');
  await copyFile(second.certFile, first.certFile);
  await expect(tls!.reload()).rejects.toThrow(/first\.pem and .*first\.key are no certificate with its key/);
  expect(await subjectAt(tls!.port)).toBe('first');
  await copyFile(second.keyFile, first.keyFile);
  await tls!.reload();
  expect(await subjectAt(tls!.port)).toBe('second');
});

test('what is not TLS gets no response, and harms nobody', async () => {
  const files = await makeCertificate(await newFolder(), 'own');
  await using fixture = await startFixture({ tls: { ...files, port: 0, host: '127.0.0.1' } });
  const { port } = fixture.platform.tls!;
  const heard = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
  expect(heard).not.toContain('HTTP/');
  expect(await subjectAt(port)).toBe('own');
  expect((await fixture.call('GET', '/health')).status).toBe(200);
});

test('the platform does not start with a certificate that it cannot use, and says which file and why', async () => {
  const folder = await newFolder();
  const files = await makeCertificate(folder, 'own');
  const tls = { ...files, port: 0, host: '127.0.0.1' };
  await expect(startFixture({ tls: { ...tls, certFile: path.join(folder, 'none.pem') } })).rejects.toThrow(
    /none\.pem cannot be read \(ENOENT\)/,
  );
  await writeFile(files.keyFile, 'no key');
  await expect(startFixture({ tls })).rejects.toThrow(/own\.key are no certificate with its key/);
});
