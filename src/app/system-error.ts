/** Errors of the operating system in words. */

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is not a directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
  EADDRNOTAVAIL: 'the address does not belong to this machine',
  ENOTFOUND: 'no such host',
}

/** The system's code of an error, such as `ENOENT`; undefined if it has none. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** Why the system refused. */
export function systemReason(error: unknown): string {
  const known = reasons[errorCode(error) ?? '']
  return known ?? (error instanceof Error ? error.message : 'unknown error')
}

/** What a mistake of ours is called: its text may quote the record that brought it out. */
export function errorKind(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
