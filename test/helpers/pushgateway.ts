import { startServer, type Server } from './alertmanager.ts'
import { has } from './program.ts'

/** Whether Debian's `prometheus-pushgateway` is on this machine. */
export function hasPushgateway(): boolean {
  return has('prometheus-pushgateway')
}

/** A real Pushgateway; what is pushed is gone with it. */
export async function startPushgateway(): Promise<Server> {
  return startServer('prometheus-pushgateway', {}, (_, port) => [`--web.listen-address=127.0.0.1:${port}`, '--log.level=error'])
}
