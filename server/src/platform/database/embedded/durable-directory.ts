import { fdatasyncSync } from 'node:fs'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { fsyncDirectory } from './archive.ts'

/** The fields of an Emscripten stream that are used here: `nfd` is the host's file descriptor, absent on a directory. */
interface HostStream {
  nfd?: number
  node: object
}

interface HostFileSystem {
  realPath(node: object): string
  stream_ops: { fsync?: (stream: HostStream) => number }
}

/**
 * A directory on which PostgreSQL's fsync reaches the disk, so an acknowledged commit survives a power cut.
 * Emscripten's NODEFS has no `fsync` operation and reports success without doing anything; this adds the operation.
 * Needs `wal_sync_method=fsync`: the runtime's fdatasync never calls down to the file system.
 */
export class DurableDirectory extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...args)
    const addFsync = (runtime: { FS: { filesystems: { NODEFS: HostFileSystem } } }): void => {
      const host = runtime.FS.filesystems.NODEFS
      host.stream_ops.fsync = (stream) => {
        if (stream.nfd === undefined) fsyncDirectory(host.realPath(stream.node))
        else fdatasyncSync(stream.nfd)
        return 0
      }
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun as []), addFsync] } }
  }
}
