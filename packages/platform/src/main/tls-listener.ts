/** The API over TLS, beside the plain listener that attempts on this machine and the command line use. */
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSecureContext, createServer, type SecureContextOptions } from 'node:tls';

export interface TlsOptions {
  /** PEM files. `certFile` has the whole chain. */
  readonly certFile: string;
  readonly keyFile: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
}

export interface TlsListener {
  readonly port: number;
  /**
   * Reads the files again. New connections have the new certificate; those that are open stay as they are.
   * @throws TlsFilesError and goes on with the former certificate
   */
  reload(): Promise<void>;
}

/** The certificate and its key cannot be used; the message says which file, and why. */
export class TlsFilesError extends Error {}

/** A client that does not say what it wants is cut off. */
const handshakeMs = 10_000;

/**
 * Listens until `parts` are disposed.
 * @throws TlsFilesError
 */
export async function listenTls(
  api: Server,
  { certFile, keyFile, port, host }: TlsOptions,
  parts: AsyncDisposableStack,
): Promise<TlsListener> {
  const listener = createServer(
    { ...(await readFiles(certFile, keyFile)), ALPNProtocols: ['http/1.1'], handshakeTimeout: handshakeMs },
    (socket) => api.emit('connection', socket),
  );
  listener.on('tlsClientError', (_error, socket) => socket.destroy());
  parts.defer(() => {
    listener.close();
    api.closeAllConnections();
  });
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(port, host, resolve));
  return {
    port: (listener.address() as AddressInfo).port,
    reload: async () => listener.setSecureContext(await readFiles(certFile, keyFile)),
  };
}

async function readFiles(certFile: string, keyFile: string): Promise<SecureContextOptions> {
  const read = (file: string) =>
    readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new TlsFilesError(`The file ${file} cannot be read (${error.code}).`);
    });
  const files = { cert: await read(certFile), key: await read(keyFile) };
  try {
    createSecureContext(files);
    return files;
  } catch (error) {
    throw new TlsFilesError(
      `${certFile} and ${keyFile} are no certificate with its key, both as PEM: ${(error as Error).message}.`,
    );
  }
}
