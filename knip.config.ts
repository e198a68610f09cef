import type { KnipConfig } from 'knip'
import { kinds } from './src/core/ports.ts'

const config: KnipConfig = {
  entry: [
    'src/sdk/index.ts',
    'src/sdk/metrics.ts',
    'src/sdk/openfeature.ts',
    'src/adapters/adapter.ts',
    'src/demo/shop.ts',
    'src/commands/simulate/worker.ts',
    ...kinds().map((kind) => `src/adapters/${kind}/*.ts`),
    'bin/*.mjs',
    'bench/*.ts',
    'bench/decisions/{main,worker}.ts',
    'test/simulation/{worker,main,story}.ts',
    'test/mutation/vitest.config.ts',
    'test/**/*.test.ts',
  ],
  project: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'bin/*.mjs'],
  // Grammars are loaded by their names.
  ignoreDependencies: [/^@ast-grep\/lang-/],
  ignoreExportsUsedInFile: true,
  ignoreBinaries: [
    'mount',
    'umount',
    'mkfifo',
    'script',
    'openssl',
    'ssh-keygen',
    'prometheus',
    'promtool',
    'etcd',
    'strace',
    'faketime',
    'mkfs.ext4',
    'setfacl',
    'getfacl',
    'setfattr',
    'getfattr',
  ],
}

export default config
