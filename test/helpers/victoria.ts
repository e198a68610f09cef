import { startServer, type Server } from './alertmanager.ts'
import { has } from './program.ts'

/** Whether Debian's `victoria-metrics` is on this machine, which brings vmalert too. */
export function hasVictoria(): boolean {
  return has('victoria-metrics') && has('vmalert')
}

/** A real VictoriaMetrics, empty; it has the API of a Prometheus. */
export async function startVictoria(): Promise<Server> {
  return startServer('victoria-metrics', {}, (folder, port) => [
    `-httpListenAddr=127.0.0.1:${port}`,
    `-storageDataPath=${folder}/data`,
    '-search.latencyOffset=0s',
    '-loggerLevel=ERROR',
  ])
}

/** A real vmalert that evaluates these rules on a store, every second. */
export async function startVmalert(store: string, rules: string): Promise<Server> {
  return startServer('vmalert', { 'rules.yml': rules }, (folder, port) => [
    `-httpListenAddr=127.0.0.1:${port}`,
    `-rule=${folder}/rules.yml`,
    `-datasource.url=${store}`,
    `-remoteWrite.url=${store}`,
    '-notifier.url=http://127.0.0.1:1',
    '-evaluationInterval=1s',
    '-loggerLevel=FATAL',
  ])
}
