/** The log files that a command was given, read one after the other. */
import type { Decoder } from '../connectors/decode.ts'
import type { Rejection } from '../events/rejection.ts'
import { readLogFile } from '../platform/log-file.ts'
import { type LogFile, listLogFiles } from '../platform/log-paths.ts'
import { AppError, fileError } from './errors.ts'
import { errorCode } from './system-error.ts'

/** Throws AppError for a path that does not exist, cannot be listed, or holds no files. */
export function findLogFiles(paths: readonly string[]): readonly LogFile[] {
  return paths.flatMap((path) => {
    let files: readonly LogFile[]
    try {
      files = listLogFiles(path, (error, below) => {
        throw fileError(below, error, 'directory')
      })
    } catch (error) {
      throw error instanceof AppError ? error : fileError(path, error, 'directory')
    }
    if (files.length === 0) throw AppError.of('emptyDirectory', { path, what: 'log files' })
    return files
  })
}

/**
 * Feeds one file to a decoder; gives a rejection for what could not be unpacked. Throws AppError if unreadable.
 * `pause` is asked after each chunk: reading goes on when its promise is kept.
 */
export async function feedFile(
  file: LogFile,
  decoder: Decoder,
  onChunk?: (storedBytes: number) => void,
  pause?: () => Promise<void> | undefined,
): Promise<Rejection | undefined> {
  const take = (chunk: Uint8Array): Promise<void> | undefined => {
    decoder.push(chunk)
    return pause?.()
  }
  try {
    const rejection = await readLogFile(file.path, take, onChunk)
    decoder.end()
    return rejection
  } catch (error) {
    // What is not the system's error is a defect of ours.
    throw errorCode(error) === undefined ? error : fileError(file.path, error)
  }
}
