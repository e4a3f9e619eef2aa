/**
 * Loaded before the program (`--import`): ends the process without warning at one chosen step of one chosen commit.
 * FAIL_POINT is `<step>:<commit>`: see fail-steps.ts.
 */
import { DatabaseSync, StatementSync } from 'node:sqlite'

const [step = '', commit = ''] = (process.env['FAIL_POINT'] ?? '').split(':')
const chosen = Number(commit)
let commits = 0
let writes = 0
let isCommitting = false

function dieAt(reached: string): void {
  if (commits === chosen && reached === step) process.kill(process.pid, 'SIGKILL')
}

function onExec(sql: string, work: () => void): void {
  const isBegin = /^\s*BEGIN\b[^;]*$/i.test(sql)
  const isCommit = /^\s*COMMIT\s*$/i.test(sql)
  if (/\bCREATE TABLE\b/i.test(sql)) dieAt('creating')
  if (isBegin) {
    commits++
    writes = 0
    isCommitting = true
    dieAt('before-begin')
  }
  if (isCommit) dieAt('before-commit')
  work()
  if (isBegin) dieAt('after-begin')
  if (isCommit) {
    isCommitting = false
    dieAt('after-commit')
  }
}

DatabaseSync.prototype.exec = new Proxy(DatabaseSync.prototype.exec, {
  apply: (exec, database, parameters: [string]) =>
    onExec(parameters[0], () => Reflect.apply(exec, database, parameters)),
})

StatementSync.prototype.run = new Proxy(StatementSync.prototype.run, {
  apply: (run, statement, parameters) => {
    const result: unknown = Reflect.apply(run, statement, parameters)
    if (isCommitting) dieAt(`write-${++writes}`)
    return result
  },
})
