import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  AppError,
  errorTable,
  exitCodes,
  fileError,
  listenError,
  problemLine,
  problemsError,
} from '../../src/app/errors.ts'

const entries = Object.values(errorTable)

/** Rows of the table of codes: code, message, fix, exit code. */
function documentedRows(): string[][] {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ISLO-'))
    .map((line) =>
      line
        .slice(2, -2)
        .split(/(?<!\\) \| /)
        .map((cell) => cell.replaceAll('\\|', '|')),
    )
}

describe('docs/errors.md', () => {
  it('has each error of the code with the same words, and no other', () => {
    const inCode = entries.map(({ code, message, fix, exitCode }) => [code, message, fix, String(exitCode)])
    expect(documentedRows()).toEqual(inCode)
  })

  it('names every exit code', () => {
    const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
    for (const exitCode of Object.values(exitCodes)) expect(text).toContain(`\n| ${exitCode} | `)
  })
})

describe('error codes', () => {
  it('are unique, in order, and of one form', () => {
    const codes = entries.map(({ code }) => code)
    expect(codes.every((code) => /^ISLO-[1-49]\d{3}$/.test(code))).toBe(true)
    expect(codes).toEqual([...new Set(codes)].toSorted((a, b) => (a < b ? -1 : 1)))
  })

  it('tell what to do', () => {
    for (const { fix } of entries) expect(fix.length).toBeGreaterThan(15)
  })
})

describe('an error', () => {
  it('fills in its values and says code, fix and details', () => {
    const error = AppError.of('badOption', { what: 'unknown option --att', command: 'replay' }, ['a detail'])
    expect(error.exitCode).toBe(2)
    expect(error.report()).toBe(
      'a detail\nerror ISLO-1002: unknown option --att\n  fix: `identity-slo replay --help` lists the options and arguments\n',
    )
  })

  it('takes values as they are, braces included', () => {
    const error = AppError.of('unreadableFile', { path: '{reason}', reason: '$&' })
    expect(error.message).toBe('the file {reason} cannot be read: $&')
  })

  it('about problems shows all of them and counts the errors', () => {
    const at = { file: 'a.yaml', line: 2, column: 3 }
    const problems = [
      { ...at, severity: 'warning', message: 'odd' },
      { ...at, severity: 'error', message: 'wrong; allowed: x' },
    ] as const
    const error = problemsError('definitionProblems', problems)
    expect(error.message).toBe('the definitions have 1 error')
    expect(error.details).toEqual(['a.yaml:2:3: warning: odd', 'a.yaml:2:3: error: wrong; allowed: x'])
    expect(problemsError('configProblems', [...problems, ...problems]).message).toBe(
      'the configuration has 2 errors',
    )
    expect(problemLine(problems[1])).toBe('a.yaml:2:3: error: wrong; allowed: x')
  })
})

describe('system errors', () => {
  const system = (code: string): Error => Object.assign(new Error(`${code}: raw words`), { code })

  it('of files become missing or unreadable', () => {
    expect(fileError('logs', system('ENOENT')).code).toBe('ISLO-2001')
    expect(fileError('logs', system('EACCES')).message).toBe(
      'the file logs cannot be read: permission denied',
    )
    expect(fileError('logs', system('EACCES'), 'directory').code).toBe('ISLO-2003')
    expect(fileError('logs', system('EIO')).message).toBe('the file logs cannot be read: EIO: raw words')
    expect(fileError('logs', 'thrown text').message).toBe('the file logs cannot be read: unknown error')
  })

  it('of listening name host and port', () => {
    expect(listenError('127.0.0.1', 9465, system('EADDRINUSE')).report()).toContain(
      'error ISLO-4001: port 9465 on 127.0.0.1 is in use\n',
    )
    expect(listenError('127.0.0.1', 80, system('EACCES')).message).toBe(
      'cannot listen on port 80 of 127.0.0.1: permission denied',
    )
  })
})
