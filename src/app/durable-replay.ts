/** A replay whose counts and positions are kept: killed anywhere, the next one over the same files goes on exactly. */
import { FileFollower, type GrowingTaker } from '../platform/file-follower.ts'
import type { StateStore } from '../platform/state-store.ts'
import { Committer, openState, Positions } from './committer.ts'
import { AppError, fileError } from './errors.ts'
import type { Pipeline } from './pipeline.ts'
import { atOnce } from './steps.ts'
import { systemReason } from './system-error.ts'
import type { Terminal } from './terminal.ts'

export interface DurableReplay {
  readonly pipeline: Pipeline
  readonly folder: string
  readonly terminal: Terminal
  /** Told of the bytes handed to decoders. */
  readonly onBytes: (bytes: number) => void
}

/** Reads what the state does not hold yet. Throws AppError when the state cannot be trusted, or not be written. */
export async function readDurably(paths: readonly string[], replay: DurableReplay): Promise<void> {
  const store = openState(replay.folder)
  try {
    await readInto(store, paths, replay)
  } finally {
    store?.close()
  }
}

async function readInto(
  store: StateStore | undefined,
  paths: readonly string[],
  { pipeline, terminal, onBytes }: DurableReplay,
): Promise<void> {
  const positions = new Positions()
  let trouble: unknown
  const committer = new Committer({
    parts: new Map([...pipeline.parts(), ['positions/', positions]]),
    store,
    now: Date.now,
    onTrouble: (error) => {
      trouble = error
    },
  })
  committer.restore()
  const follower = new FileFollower({
    beginBatch: () => {
      pipeline.beginBatch()
      committer.changed()
    },
    open: (path) => counting(pipeline.decoder(undefined, { transport: 'files', lane: path }), onBytes),
    ...positions.ofFiles(),
    // Nobody frees the disk for a replay: it ends, and says why.
    isPaused: () => committer.isFailing,
    rejection: (rejection) => pipeline.rejectInput(rejection),
    error: (error, path) => terminal.err(fileError(path, error).report()),
  })
  await follower.poll(paths)
  atOnce(pipeline.tellRadii())
  if (!committer.close()) throw AppError.of('stateUnwritable', { reason: systemReason(trouble) })
  // A record that was cut off at the end of a file is a rejection of this replay, and may be whole for the next one.
  follower.finish()
}

function counting(decoder: GrowingTaker, onBytes: (bytes: number) => void): GrowingTaker {
  return {
    push: (chunk) => {
      decoder.push(chunk)
      onBytes(chunk.length)
    },
    retry: () => decoder.retry(),
    end: () => decoder.end(),
    get offset() {
      return decoder.offset
    },
    get isBetweenRecords() {
      return decoder.isBetweenRecords
    },
  }
}
