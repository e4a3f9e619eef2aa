/** How compressed batches are unpacked: gzip and zstd by Node, snappy and LZ4 by us, each up to a limit. */
import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { unpackLz4 } from './lz4.ts'
import { unpackSnappy } from './snappy.ts'
import { tooLarge, UnpackError } from './unpacked-bytes.ts'
import { standIns } from './unreadable-batch.ts'

/** Brokers take batches of 1 MiB as they come: unpacked, an honest one is a tenth of this. */
const maxUnpackedBytes = 64 * 1024 * 1024

export type Unpack = (packed: Buffer, maxBytes: number) => Promise<Buffer>

const gunzipped = promisify(gunzip)
const unzstd = promisify(zstdDecompress)

async function byNode(unpacked: Promise<Buffer>, format: string, maxBytes: number): Promise<Buffer> {
  try {
    return await unpacked
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(maxBytes)
    const cause = error instanceof Error ? error.message : String(error)
    throw new UnpackError('decompression_failed', `the ${format} data is broken: ${cause}`)
  }
}

export const unpackers: Readonly<Record<'gzip' | 'snappy' | 'lz4' | 'zstd', Unpack>> = {
  gzip: (packed, maxBytes) => byNode(gunzipped(packed, { maxOutputLength: maxBytes }), 'gzip', maxBytes),
  snappy: async (packed, maxBytes) => unpackSnappy(packed, maxBytes),
  lz4: async (packed, maxBytes) => unpackLz4(packed, maxBytes),
  zstd: (packed, maxBytes) => byNode(unzstd(packed, { maxOutputLength: maxBytes }), 'zstd', maxBytes),
}

/** What kafkajs asks of a codec; only producers would need to compress. */
export function codecOf(unpack: Unpack): { readonly decompress: (packed: Buffer) => Promise<Buffer> } {
  return {
    decompress: async (packed) => {
      try {
        return await unpack(packed, maxUnpackedBytes)
      } catch (error) {
        const standing = error instanceof UnpackError ? standIns(packed, error.reason) : undefined
        if (standing === undefined) throw error
        return standing
      }
    },
  }
}

/** kafkajs keeps its codecs for the whole process: doing this again changes nothing. */
export function useCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs
  const { gzip, snappy, lz4, zstd } = unpackers
  CompressionCodecs[CompressionTypes.GZIP] = () => codecOf(gzip)
  CompressionCodecs[CompressionTypes.Snappy] = () => codecOf(snappy)
  CompressionCodecs[CompressionTypes.LZ4] = () => codecOf(lz4)
  CompressionCodecs[CompressionTypes.ZSTD] = () => codecOf(zstd)
}
