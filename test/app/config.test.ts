import { describe, expect, it } from 'vitest'
import { configSchema } from '../../src/app/config/schema.ts'
import { type Environment, Secret } from '../../src/app/config/secret.ts'
import { isLoopback, type LoadedConfig, loadConfig } from '../../src/app/config.ts'
import { problemLine } from '../../src/app/errors.ts'

/** Loads `conf/identity-slo.yaml` from memory; other files by path. */
function load(
  text: string,
  environment: Environment = {},
  files: Readonly<Record<string, string>> = {},
): LoadedConfig {
  const all: Readonly<Record<string, string>> = { 'conf/identity-slo.yaml': text, ...files }
  return loadConfig('conf/identity-slo.yaml', environment, (path) => {
    const found = all[path]
    if (found === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' })
    return found
  })
}

function problemsOf(loaded: LoadedConfig): string[] {
  return loaded.problems.map((problem) => problemLine(problem).replace('conf/identity-slo.yaml:', ''))
}

describe('an empty configuration', () => {
  it('gives the documented defaults', () => {
    expect(load('').config).toEqual({
      definitions: ['conf/slo-definitions'],
      ownership: undefined,
      plannedFlows: undefined,
      eksNodeRoles: [],
      listen: { host: '127.0.0.1', port: 9465, maxConnections: 512 },
      files: [],
      kafka: [],
      webhook: {
        enabled: true,
        maxBodyBytes: 10_485_760,
        maxConcurrentRequests: 128,
        maxConcurrentBytes: 67_108_864,
        bodyTimeoutSeconds: 60,
        idleTimeoutSeconds: 10,
        tokens: [],
        allowUnauthenticated: false,
      },
      otlp: {
        enabled: false,
        host: '127.0.0.1',
        http: { enabled: true, port: 4318 },
        grpc: { enabled: true, port: 4317, maxMessageBytes: 4_194_304 },
        maxBodyBytes: 20_971_520,
        maxConcurrentRequests: 128,
        maxConcurrentBytes: 67_108_864,
        bodyTimeoutSeconds: 60,
        idleTimeoutSeconds: 10,
        maxConnections: 1024,
        tokens: [],
        allowUnauthenticated: false,
      },
      prometheus: [],
      connectors: { accessLog: [], generic: [] },
      inventory: [],
      pseudonyms: { key: undefined, people: true, machines: false },
      limits: {
        maxSeries: 10_000,
        dedupeBytes: 67_108_864,
        futureToleranceSeconds: 300,
        allowedLatenessSeconds: 259_200,
        idleSeconds: 60,
        evaluationSeconds: 15,
        silentAfterSeconds: 3600,
      },
      ledger: { maxTokens: 2_000_000, maxWaiting: 50_000 },
      servesReload: true,
      alertmanager: {
        replicas: [],
        timeoutSeconds: 10,
        resendSeconds: 60,
        maxAlertAgeSeconds: 3600,
        labels: {},
      },
      links: {
        runbook: 'https://runbooks.example.com/identity-slo',
        grafana: 'https://grafana.example.com',
      },
      telemetry: {
        enabled: true,
        prometheus: { host: '127.0.0.1', port: 9464 },
        otlp: { endpoint: undefined, headers: [] },
      },
      logLevel: 'info',
    })
  })

  it('is what a run without a file gets, with paths from the working directory', () => {
    const loaded = loadConfig(undefined, {}, () => {
      throw new Error('no file may be read')
    })
    expect(loaded.problems).toEqual([])
    expect(loaded.config?.definitions).toEqual(['slo-definitions'])
  })

  it('may also consist of keys with nothing behind them', () => {
    const text = 'listen:\nlog:\n  level:\nownership:\nlimits: ~\n'
    expect(load(text)).toEqual(load(''))
  })
})

describe('paths', () => {
  it('start at the folder of the configuration file unless they are absolute', () => {
    const text =
      'definitions: [../slo, /etc/slo]\nownership: owners.yaml\nsources: {files: [{path: logs, follow: false}]}'
    const { config } = load(text)
    expect(config?.definitions).toEqual(['slo', '/etc/slo'])
    expect(config?.ownership).toBe('conf/owners.yaml')
    expect(config?.files).toEqual([{ path: 'conf/logs', follow: false }])
  })
})

describe('telemetry', () => {
  it('takes a receiver of traces with headers that are secrets', () => {
    const text = `telemetry: { otlp: { endpoint: 'https://traces.example:4318/otlp', headers: [{ name: x-key, value: '\${env:KEY}' }] } }`
    const telemetry = load(text, { KEY: 'hush' }).config?.telemetry
    expect(telemetry?.otlp.endpoint).toBe('https://traces.example:4318/otlp')
    expect(telemetry?.otlp.headers.map(({ name, value }) => [name, value.reveal()])).toEqual([
      ['x-key', 'hush'],
    ])
    expect(JSON.stringify(telemetry)).not.toContain('hush')
  })

  it.each(['collector:4318', 'ftp://collector', 'http://me:hush@collector:4318', 'traces'])(
    'refuses %s as a receiver without repeating it',
    (endpoint) => {
      const { config, problems } = load(`telemetry: { otlp: { endpoint: '${endpoint}' } }`)
      expect(config).toBeUndefined()
      expect(problems.map(({ message }) => message)).toEqual([
        'telemetry.otlp.endpoint must be an http or https URL without a user and a password',
      ])
    },
  )
})

const topLevelKeys = Object.keys(configSchema(() => new Secret('')).shape).join(', ')

describe('problems', () => {
  const cases: readonly (readonly [what: string, text: string, problem: string])[] = [
    [
      'an unknown key',
      'listen:\n  prot: 1\n',
      '2:3: error: unknown key "prot" in listen; did you mean "port"? Allowed: host, port, maxConnections',
    ],
    ['a key that belongs elsewhere', 'port: 1\n', `1:1: error: unknown key "port"; allowed: ${topLevelKeys}`],
    [
      'an unknown key with nothing behind it',
      'lisen:\n',
      `1:1: error: unknown key "lisen"; did you mean "listen"? Allowed: ${topLevelKeys}`,
    ],
    [
      'a value out of bounds',
      'listen: {port: 65536}',
      '1:16: error: listen.port must be a whole number from 0 to 65535; found the number 65536',
    ],
    [
      'a fraction',
      'limits:\n  maxSeries: 100.5\n',
      '2:14: error: limits.maxSeries must be a whole number from 100 to 1000000; found the number 100.5',
    ],
    [
      'text for a number',
      'limits: {dedupeBytes: 64MiB}',
      '1:23: error: limits.dedupeBytes must be a whole number from 1048576 to 4294967296; found "64MiB"',
    ],
    [
      'YAML 1.1 truth',
      'pseudonyms: {people: yes}',
      '1:22: error: pseudonyms.people must be true or false; found "yes"',
    ],
    [
      'a word outside a closed set',
      'log: {level: Warn}',
      '1:14: error: log.level must be one of fatal, error, warn, info, debug, trace, silent; found "Warn"; did you mean "warn"?',
    ],
    [
      'a number for text',
      'ownership: 7',
      '1:12: error: ownership must be text; found the number 7; put it in quotes: "7"',
    ],
    [
      'an empty list where something is needed',
      'definitions: []',
      '1:1: error: definitions must be a list that is not empty, each text; found an empty list',
    ],
    [
      'a value for a list',
      'definitions: slo',
      '1:14: error: definitions must be a list that is not empty, each text; found "slo"',
    ],
    [
      'a missing key',
      'sources:\n  files:\n    - follow: true\n',
      '3:7: error: sources.files[0].path is missing: it must be text',
    ],
    [
      'a mistyped key, once',
      'sources:\n  files:\n    - pth: logs\n',
      '3:7: error: unknown key "pth" in sources.files[0]; did you mean "path"? Allowed: path, follow',
    ],
    [
      'a file that is no mapping',
      'just text',
      '1:1: error: the file must be one mapping of settings; found "just text"',
    ],
    [
      'a second document',
      'log: {level: info}\n---\nlog: {level: warn}\n',
      '3:1: error: the file must hold one document: another begins here, after conf/identity-slo.yaml:1',
    ],
    [
      'a key given twice',
      'log: {}\nlog: {}\n',
      '2:1: error: this key is given twice in one mapping: keep one of them',
    ],
    [
      'a prototype key',
      '__proto__: {listen: {port: 1}}',
      `1:1: error: unknown key "__proto__"; allowed: ${topLevelKeys}`,
    ],
  ]

  it.each(cases)('names the place of %s and what is allowed', (_, text, problem) => {
    const loaded = load(text)
    expect(problemsOf(loaded)).toEqual([problem])
    expect(loaded.config).toBeUndefined()
  })

  it('come all at once, by their place', () => {
    const text =
      'definitions: 5\nlisten: {port: -1, hots: x}\nlog: {level: loud}\npseudonyms: {machines: no}\n'
    expect(problemsOf(load(text)).map((line) => line.split(': ')[0])).toEqual([
      '1:14',
      '2:16',
      '2:20',
      '3:14',
      '4:24',
    ])
  })

  it('say that YAML is broken and where', () => {
    expect(problemsOf(load('listen: {port: 1\nlog: x\n'))[0]).toMatch(/^\d+:\d+: error: YAML: /)
  })

  it('say that the file cannot be read', () => {
    const loaded = loadConfig('nowhere.yaml', {}, () => {
      throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    })
    expect(loaded.config).toBeUndefined()
    expect(loaded.problems.map(problemLine)).toEqual([
      'nowhere.yaml:1:1: error: the configuration file cannot be read: it does not exist',
    ])
  })
})

describe('secrets', () => {
  it('come from the environment and from files, without the newline at the end', () => {
    const text = `pseudonyms: {key: "\${env:KEY}"}\nsources: {webhook: {tokens: ["\${file:token}"]}}\n`
    const { config, problems } = load(text, { KEY: 'k1' }, { 'conf/token': 't1\n' })
    expect(problems).toEqual([])
    expect(config?.pseudonyms.key?.reveal()).toBe('k1')
    expect(config?.webhook.tokens.map((token) => token.reveal())).toEqual(['t1'])
  })

  it('are refused as literals, without repeating them', () => {
    const loaded = load('pseudonyms:\n  key: hunter2\nsources: {webhook: {tokens: [12345678]}}\n')
    expect(problemsOf(loaded)).toEqual([
      `2:8: error: pseudonyms.key must be a reference to a secret, \${env:NAME} or \${file:PATH}; found something else. Keep the secret in an environment variable or a file, and name that here`,
      `3:30: error: sources.webhook.tokens[0] must be a reference to a secret, \${env:NAME} or \${file:PATH}; found something else. Keep the secret in an environment variable or a file, and name that here`,
    ])
  })

  it('that lead nowhere are problems at their place', () => {
    const text = `sources:\n  webhook:\n    tokens: ["\${env:NOPE}", "\${file:none}", "\${file:empty}"]\n`
    expect(problemsOf(load(text, { NOPE: '' }, { 'conf/empty': '\n' }))).toEqual([
      '3:14: error: sources.webhook.tokens[0] names the environment variable NOPE, which is not set',
      '3:29: error: sources.webhook.tokens[1] names the file conf/none, which cannot be read: it does not exist',
      '3:45: error: sources.webhook.tokens[2] names the file conf/empty, which is empty',
    ])
  })
})

describe('the environment', () => {
  it('wins over the file and fills what the file leaves out', () => {
    const { config, problems } = load('listen: {port: 1, host: "::1"}', {
      IDENTITY_SLO__LISTEN__PORT: '8080',
      IDENTITY_SLO__LIMITS__MAX_SERIES: '500',
      IDENTITY_SLO__DEFINITIONS: '[a, b.yaml]',
      IDENTITY_SLO__SOURCES__FILES: '[{path: logs}]',
      IDENTITY_SLO__OWNERSHIP: '007',
      IDENTITY_SLO__PSEUDONYMS__MACHINES: 'true',
      PATH: '/bin',
    })
    expect(problems).toEqual([])
    expect(config?.listen).toMatchObject({ host: '::1', port: 8080 })
    expect(config?.limits.maxSeries).toBe(500)
    expect(config?.definitions).toEqual(['conf/a', 'conf/b.yaml'])
    expect(config?.files).toEqual([{ path: 'conf/logs', follow: true }])
    expect(config?.ownership).toBe('conf/007')
    expect(config?.pseudonyms.machines).toBe(true)
  })

  it('is checked as the file is, with the variable as the place', () => {
    const loaded = load('', {
      IDENTITY_SLO__LISTEN__PORT: 'http',
      IDENTITY_SLO__PSEUDONYMS__KEY: 'hunter2',
      IDENTITY_SLO__LISTEN__PROT: '1',
      IDENTITY_SLO__LOG: '{level: info}',
      IDENTITY_SLO__LOG__LEVEL: '',
    })
    const lines = loaded.problems.map(problemLine)
    expect(lines).toEqual([
      'environment variable IDENTITY_SLO__LISTEN__PORT:1:1: error: listen.port must be a whole number from 0 to 65535; found "http"',
      'environment variable IDENTITY_SLO__LISTEN__PROT:1:1: error: no setting has this name; did you mean IDENTITY_SLO__LISTEN__PORT? docs/configuration.md lists all of them',
      'environment variable IDENTITY_SLO__LOG:1:1: error: no setting has this name; did you mean IDENTITY_SLO__LOG__LEVEL? docs/configuration.md lists all of them',
      expect.stringContaining('IDENTITY_SLO__PSEUDONYMS__KEY:1:1: error: pseudonyms.key must be a reference'),
    ])
    expect(lines.join()).not.toContain('hunter2')
  })
})

describe('an address that other machines can reach', () => {
  it('needs tokens, or a word that none are wanted, or no webhook', () => {
    const open = load('listen:\n  host: 0.0.0.0\n')
    expect(problemsOf(open)).toEqual([expect.stringMatching(/^2:9: error: listen\.host is "0\.0\.0\.0": /)])
    const allowed = [
      `sources: {webhook: {tokens: ["\${env:T}"]}}`,
      'sources: {webhook: {allowUnauthenticated: true}}',
      'sources: {webhook: {enabled: false}}',
    ]
    for (const text of allowed) {
      expect(problemsOf(load(`listen: {host: 0.0.0.0}\n${text}`, { T: 'x' })), text).toEqual([])
    }
  })

  it('is refused beside other problems too', () => {
    expect(problemsOf(load('listen: {host: 0.0.0.0}\nlog: {level: x}\n'))).toHaveLength(2)
  })

  it('has no reload endpoint unless it is asked for', () => {
    const host = 'listen: {host: example.org}\nsources: {webhook: {enabled: false}}\n'
    expect(load(host).config?.servesReload).toBe(false)
    expect(load(`${host}lifecycle: {reloadEndpoint: true}`).config?.servesReload).toBe(true)
    expect(load('lifecycle: {reloadEndpoint: false}').config?.servesReload).toBe(false)
  })

  it('is every address but the loopback ones', () => {
    expect(['127.0.0.1', '127.8.9.10', '::1', 'localhost'].filter(isLoopback)).toHaveLength(4)
    const others = ['0.0.0.0', '::', '192.0.2.1', '127.0.0.1.example.org', 'localhost.example.org']
    expect(others.filter(isLoopback)).toEqual([])
  })
})
