import { chmodSync, mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { availableConnectors } from '../../src/connectors/available.ts'
import { availableIndicators } from '../../src/indicators/available.ts'
import { captured } from '../support/captured.ts'
import { everything } from '../support/embedded-service.ts'
import { morning, tokenRequest } from '../support/records.ts'
import { Workspace } from '../support/workspace.ts'

const commands = ['run', 'replay', 'inspect', 'validate', 'generate']

/** Nobody is kept from anything by file modes who is root. */
const isRoot = process.getuid?.() === 0

describe('help', () => {
  it('says what it is for, shows commands, examples and exit codes', async () => {
    const { code, out, err } = await captured(['--help'])
    expect([code, err]).toEqual([0, ''])
    expect(out.replaceAll(/\s+/g, ' ')).toContain('computed from the audit logs you already have')
    for (const command of commands) expect(out).toMatch(new RegExp(`^ {2}${command} .* [A-Z].*`, 'm'))
    expect(out.match(/^ {2}identity-slo \w+ .* {2,}\S/gm)).toHaveLength(3)
    expect(out).toContain('0 ok, 1 findings, 2 usage, 3 generated files out of date, 4 environment')
    for (const { id } of availableConnectors) expect(out).toContain(id)
  })

  it('names only commands and options that there are in its examples', async () => {
    const { out } = await captured(['--help'])
    const examples = out.match(/^ {2}identity-slo (\w+) (.*?) {2,}/gm) ?? []
    for (const example of examples) {
      const [, command = '', ...words] = example.trim().split(/ +/)
      const { out: help } = await captured([command, '--help'])
      for (const option of words.filter((word) => word.startsWith('-'))) expect(help).toContain(option)
    }
    expect(examples.length).toBeGreaterThan(2)
  })

  it.each(commands)(
    'explains %s: what it does, its arguments, its options and their defaults',
    async (command) => {
      const { code, out, err } = await captured([command, '--help'])
      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(new RegExp(`^Usage: identity-slo ${command} `))
      expect(out).toMatch(/\n\n[A-Z][^\n]{30,}/)
      const options = out.match(/^ {2}-[^\n]*(?:\n {10,}[^\n]*)*/gm) ?? []
      expect(options.length).toBeGreaterThan(1)
      for (const option of options) expect(option).toMatch(/ {2,}\w\S* \S/)
      expect(out.split('\n').every((line) => line.length <= 120)).toBe(true)
    },
  )

  it('lists the indicators where definitions are checked, and an example where logs are replayed', async () => {
    const { out } = await captured(['validate', '--help'])
    for (const { id } of availableIndicators) expect(out).toContain(id)
    const { out: replay } = await captured(['replay', '--help'])
    expect(replay).toContain('Example: identity-slo replay')
    expect(replay.replaceAll(/\s+/g, ' ')).toContain('(default: ["slo-definitions"])')
    expect(replay.replaceAll(/\s+/g, ' ')).toContain('"table", "json", "ndjson"')
  })

  it('comes on standard error, with exit code 2, when nothing is asked', async () => {
    const { code, out, err } = await captured([])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('Usage: identity-slo')
  })

  it('is also given for a version', async () => {
    expect(await captured(['--version'])).toEqual({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      err: '',
    })
    expect((await captured(['-V'])).code).toBe(0)
  })
})

describe('a command line that is not understood', () => {
  const wrong: readonly (readonly [args: string, said: string])[] = [
    [
      'repaly logs',
      'ISLO-1001: there is no command repaly\n  fix: use one of run, replay, inspect, explain, inventory, baseline, validate, generate',
    ],
    ['help', 'there is no command help'],
    ['--frobnicate', "ISLO-1002: unknown option '--frobnicate'\n  fix: `identity-slo <command> --help`"],
    ['replay a --frobnicate', "unknown option '--frobnicate'\n  fix: `identity-slo replay --help`"],
    ['replay a --sol x', '(Did you mean --slo?)'],
    ['replay', "missing required argument 'file'"],
    ['inspect', "missing required argument 'file'"],
    ['replay a --slo', "option '-s, --slo <path...>' argument missing"],
    ['inspect a -o xml', "argument 'xml' is invalid. Allowed choices are table, json, ndjson."],
    ['replay a --at noon', 'ISLO-1003: --at noon is not a time\n  fix: write an RFC 3339 time such as'],
    ['replay a --at 2026-02-30T00:00:00Z', '--at 2026-02-30T00:00:00Z is not a time'],
    ['replay a --dedupe-memory 0', 'expected a whole number from 1'],
    ['replay a --dedupe-memory 1.5', 'expected a whole number from 1'],
    ['run extra', 'too many arguments'],
    ['generate --check=yes', '--check'],
  ]

  it.each(wrong)('is answered with what is allowed, and exit code 2: %s', async (args, said) => {
    const { code, out, err } = await captured(args.split(' '))
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(said)
    expect(err).toMatch(/^error ISLO-1\d{3}: [\s\S]*\n {2}fix: .+\n$/)
  })
})

describe('what the machine does not give', () => {
  it.each([
    ['replay', 'missing.json', 'ISLO-2001', 'does not exist'],
    ['inspect', 'missing.json', 'ISLO-2001', 'does not exist'],
    ['inspect', 'a.ndjson/below', 'ISLO-2001', 'does not exist'],
    ['replay', 'empty', 'ISLO-2004', 'holds no log files'],
    ['inspect', 'hidden', 'ISLO-2004', 'holds no log files'],
    ['validate', 'missing', 'ISLO-2001', 'does not exist'],
    ['validate', 'empty', 'ISLO-2004', 'holds no definitions (.yaml, .yml, .json)'],
    ['validate', 'logs', 'ISLO-2004', 'holds no definitions'],
  ])('is exit code 4 and one line with the fix: %s %s', async (command, path, id, said) => {
    using workspace = new Workspace()
    workspace.writeRecords('a.ndjson', [])
    workspace.writeRecords('logs/a.ndjson', [])
    mkdirSync(workspace.at('empty/below'), { recursive: true })
    workspace.write('hidden/.a.ndjson', '{}')
    workspace.write('slo/a.yaml', everything)
    const slo = command === 'replay' ? ['--slo', workspace.at('slo')] : []
    const { code, out, err } = await captured([command, workspace.at(path), ...slo])
    expect([code, out]).toEqual([4, ''])
    expect(err).toContain(`error ${id}: `)
    expect(err).toContain(workspace.at(path))
    expect(err).toContain(said)
    expect(err.split('\n')).toHaveLength(3)
  })

  it.skipIf(isRoot)('is exit code 4 for what this user may not read (skipped for root)', async () => {
    using workspace = new Workspace()
    const file = workspace.writeRecords('logs/a.ndjson', [tokenRequest({ id: 'a', time: morning })])
    chmodSync(file, 0)
    const unreadable = await captured(['inspect', file])
    expect(unreadable.code).toBe(4)
    expect(unreadable.err).toContain(`ISLO-2002: the file ${file} cannot be read: permission denied`)
    chmodSync(workspace.at('logs'), 0)
    const closed = await captured(['inspect', workspace.path])
    expect(closed.code).toBe(4)
    expect(closed.err).toContain(
      `ISLO-2003: the directory ${workspace.at('logs')} cannot be listed: permission denied`,
    )
    chmodSync(workspace.at('logs'), 0o700)
  })
})
