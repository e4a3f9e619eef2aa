import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { Child } from './support/child.ts'
import { morning, tokenRequest } from './support/records.ts'
import { Workspace } from './support/workspace.ts'

const main = new URL('../src/main.ts', import.meta.url).pathname

/** Through a shell, whose exit code is then that of our process and not of the reader behind the pipe. */
function piped(
  command: string,
): Promise<{ readonly out: string; readonly err: string; readonly code: string }> {
  const script = `set -o pipefail; ${command}; echo "exit codes: \${PIPESTATUS[*]}" >&2`
  const child = spawn('bash', ['-c', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], NODE: process.execPath, MAIN: main },
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  return new Promise((resolve, fail) => {
    child.once('error', fail)
    child.once('close', () => {
      const [said = '', code = ''] = err.split('exit codes: ')
      resolve({ out, err: said, code: code.trim() })
    })
  })
}

// Together: what takes time is starting Node.
describe.concurrent('the program', { timeout: 90_000 }, () => {
  it('prints help from a checkout, without a build step', async () => {
    using child = new Child(['--help'])
    const { code, out, err } = await child.ended
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^Usage: identity-slo /)
  })

  it('prints its version', async () => {
    using child = new Child(['--version'])
    const { code, out, err } = await child.ended
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('ends with the exit code of what went wrong, saying it on standard error only', async () => {
    using child = new Child(['inspect', '/no/such/file'])
    const { code, out, err } = await child.ended
    expect([code, out]).toEqual([4, ''])
    expect(err).toBe(
      'error ISLO-2001: /no/such/file does not exist\n  fix: check the spelling; relative paths start at the working directory\n',
    )
  })

  it('writes all of a large output into a pipe', async () => {
    using workspace = new Workspace()
    const records = Array.from({ length: 4000 }, (_, i) => tokenRequest({ id: `r${i}`, time: morning + i }))
    const file = workspace.writeRecords('a.ndjson', records)
    const { out, err, code } = await piped(`"$NODE" "$MAIN" inspect ${file} -o ndjson | cat`)
    expect([err, code]).toEqual(['', '0 0'])
    expect(out.trimEnd().split('\n')).toHaveLength(4000)
  })

  it('ends quietly when its reader has seen enough', async () => {
    using workspace = new Workspace()
    const records = Array.from({ length: 4000 }, (_, i) => tokenRequest({ id: `r${i}`, time: morning + i }))
    const file = workspace.writeRecords('a.ndjson', records)
    const { out, err, code } = await piped(`"$NODE" "$MAIN" inspect ${file} -o ndjson | head -n 1`)
    expect([err, code]).toEqual(['', '0 0'])
    expect(out.trimEnd().split('\n')).toHaveLength(1)
  })

  it('keeps its exit code when the reader of its messages is gone', async () => {
    const { out, err, code } = await piped('"$NODE" "$MAIN" inspect /no/such/file 2>&1 >&- | true')
    expect([out, err, code]).toEqual(['', '', '4 0'])
  })

  it('says that its output cannot be written', async () => {
    using workspace = new Workspace()
    const file = workspace.writeRecords('a.ndjson', [tokenRequest({ id: 'a', time: morning })])
    const { err, code } = await piped(`"$NODE" "$MAIN" inspect ${file} > /dev/full`)
    expect([err, code]).toEqual([
      expect.stringContaining('standard output cannot be written: the disk is full'),
      '4',
    ])
  })
})
