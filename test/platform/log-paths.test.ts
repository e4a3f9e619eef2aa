import { linkSync, symlinkSync } from 'node:fs'
import { relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listLogFiles } from '../../src/platform/log-paths.ts'
import { Workspace } from '../support/workspace.ts'

function pathsIn(workspace: Workspace): readonly string[] {
  return listLogFiles(workspace.path).map(({ path }) => relative(workspace.path, path))
}

describe('the files that a path means', () => {
  it('are the file itself, even if a folder would leave it out', () => {
    using workspace = new Workspace()
    const path = workspace.write('.hidden.json', '12345')
    expect(listLogFiles(path)).toEqual([{ path, size: 5 }])
  })

  it('are all files below a folder in the order of their paths', () => {
    using workspace = new Workspace()
    for (const name of ['b.json', 'a/2.json', 'a/10.json', 'a/b/c.gz', 'A.json', 'ä.json'])
      workspace.write(name, name)
    expect(pathsIn(workspace)).toEqual(['A.json', 'a/10.json', 'a/2.json', 'a/b/c.gz', 'b.json', 'ä.json'])
  })

  it('are none in an empty folder', () => {
    using workspace = new Workspace()
    expect(pathsIn(workspace)).toEqual([])
  })

  it('are not hidden files, hidden folders and what editors leave behind', () => {
    using workspace = new Workspace()
    for (const name of ['.a.json', '.git/b.json', 'c.json~', 'd.json']) workspace.write(name, '')
    expect(pathsIn(workspace)).toEqual(['d.json'])
  })
})

describe('links', () => {
  it('to files and folders elsewhere are followed', () => {
    using workspace = new Workspace()
    using elsewhere = new Workspace()
    symlinkSync(elsewhere.write('pods/0.log', '1'), workspace.at('container.log'))
    symlinkSync(elsewhere.at('pods'), workspace.at('pods'))
    elsewhere.write('pods/1.log', '')
    expect(pathsIn(workspace)).toEqual(['container.log', 'pods/1.log'])
  })

  it('to nothing, or to themselves, do not keep the other files from being read', () => {
    using workspace = new Workspace()
    workspace.write('a.log', '')
    symlinkSync(workspace.at('gone.log'), workspace.at('b.log'))
    symlinkSync(workspace.at('c.log'), workspace.at('c.log'))
    workspace.write('d.log', '')
    expect(pathsIn(workspace)).toEqual(['a.log', 'd.log'])
  })

  it('in circles end', () => {
    using workspace = new Workspace()
    workspace.write('a/b/1.log', '')
    for (const name of ['a/loop', 'a/b/up', 'a/b/down']) symlinkSync(workspace.path, workspace.at(name))
    expect(pathsIn(workspace)).toEqual(['a/b/1.log'])
  })

  it('that give a file another name do not make it two', () => {
    using workspace = new Workspace()
    linkSync(workspace.write('app.log', ''), workspace.at('current.log'))
    symlinkSync(workspace.at('app.log'), workspace.at('latest.log'))
    expect(pathsIn(workspace)).toEqual(['app.log'])
  })
})

describe('what cannot be listed', () => {
  it('throws the error of the system if it is the path itself', () => {
    using workspace = new Workspace()
    expect(() => listLogFiles(workspace.at('missing'))).toThrow(/ENOENT/)
    workspace.write('file', '')
    expect(() => listLogFiles(workspace.at('file/below'))).toThrow(/ENOTDIR/)
  })

  it('goes to the one who asks if it is below, and the rest is listed', () => {
    using workspace = new Workspace()
    workspace.write('a.log', '')
    // A name in the way of a name too long stands for any error: file modes do not stop a superuser.
    symlinkSync('x'.repeat(300), workspace.at('b.log'))
    workspace.write('c.log', '')
    const errors: string[] = []
    const files = listLogFiles(workspace.path, (_, path) => errors.push(relative(workspace.path, path)))
    expect(files.map(({ path }) => relative(workspace.path, path))).toEqual(['a.log', 'c.log'])
    expect(errors).toEqual(['b.log'])
    expect(() => listLogFiles(workspace.path)).toThrow(/ENAMETOOLONG/)
  })
})
