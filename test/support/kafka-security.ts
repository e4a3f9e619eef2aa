/** Certificates of an authority of our own, and listeners of a broker that ask for them and for passwords. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { BrokerSettings } from './kafka-broker.ts'
import { Workspace } from './workspace.ts'

export const user = 'acme-reader'

interface Certified {
  /** PEM. */
  readonly certificate: string
  readonly key: string
}

/** A folder with an authority that makes certificates. */
export class KafkaSecurity implements Disposable {
  readonly #folder = new Workspace()
  readonly ca: string
  /** Of everybody who logs in as `user`. */
  readonly password = 'a-password-of-the-tests'

  constructor() {
    const extension = ['-addext', 'basicConstraints=critical,CA:TRUE']
    this.#openssl('req', '-x509', ...this.#newKey('ca'), '-subj', '/CN=acme test CA', ...extension)
    this.ca = this.#read('ca.crt')
  }

  #newKey(name: string): readonly string[] {
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', this.#folder.at(`${name}.key`)]
    return [...key, '-days', '2', '-out', this.#folder.at(`${name}.crt`)]
  }

  #openssl(...args: readonly string[]): void {
    const run = spawnSync('openssl', args, { encoding: 'utf8' })
    if (run.status !== 0) throw new Error(`openssl ${args[0]} failed: ${run.error?.message ?? run.stderr}`)
  }

  #read(name: string): string {
    return readFileSync(this.#folder.at(name), 'utf8')
  }

  /** For a server on 127.0.0.1, or for a client. */
  certify(name: string): Certified {
    const request = this.#folder.at(`${name}.csr`)
    const [key, certificate] = [this.#folder.at(`${name}.key`), this.#folder.at(`${name}.crt`)]
    const extensions = this.#folder.write(`${name}.ext`, 'subjectAltName=IP:127.0.0.1\n')
    this.#openssl(
      'req',
      ...['-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key],
      ...['-subj', `/CN=${name}`, '-out', request],
    )
    const authority = [
      '-CA',
      this.#folder.at('ca.crt'),
      '-CAkey',
      this.#folder.at('ca.key'),
      '-CAcreateserial',
    ]
    this.#openssl(
      'x509',
      ...['-req', '-in', request, ...authority, '-days', '2'],
      ...['-extfile', extensions, '-out', certificate],
    )
    return { certificate: this.#read(`${name}.crt`), key: this.#read(`${name}.key`) }
  }

  /** `PASSWORDS` asks for a password by any mechanism, `CERTIFICATES` for a certificate of the authority. */
  brokerSettings(): BrokerSettings {
    const { certificate, key } = this.certify('broker')
    const keystore = this.#folder.write('broker.pem', `${key}${certificate}`)
    const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
    const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
    const scrams = ['SCRAM-SHA-256', 'SCRAM-SHA-512']
    const passwords = 'listener.name.passwords'
    return {
      listeners: [
        { name: 'PASSWORDS', protocol: 'SASL_SSL' },
        { name: 'CERTIFICATES', protocol: 'SSL' },
      ],
      properties: [
        'ssl.keystore.type=PEM',
        `ssl.keystore.location=${keystore}`,
        'ssl.truststore.type=PEM',
        `ssl.truststore.location=${this.#folder.at('ca.crt')}`,
        `sasl.enabled.mechanisms=PLAIN,${scrams.join(',')}`,
        `${passwords}.plain.sasl.jaas.config=${plain} user_${user}="${this.password}";`,
        ...scrams.map((one) => `${passwords}.${one.toLowerCase()}.sasl.jaas.config=${scram}`),
        'listener.name.certificates.ssl.client.auth=required',
      ],
      format: scrams.flatMap((one) => ['--add-scram', `${one}=[name=${user},password=${this.password}]`]),
    }
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}
