/** A certificate for a server on 127.0.0.1, made by openssl when a test needs one. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Workspace } from '../workspace.ts'

export interface Certificate {
  /** PEM. It is its own authority. */
  readonly certificate: string
  readonly key: string
}

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

export function makeCertificate(): Certificate {
  using folder = new Workspace()
  const [key, certificate] = [folder.at('key.pem'), folder.at('certificate.pem')]
  const run = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=stand-in'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
    ],
    { encoding: 'utf8' },
  )
  if (run.status !== 0) throw new Error(`openssl failed: ${run.stderr}`)
  return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
}
