import { expect, it } from 'vitest'
import { addressesIn } from '../../../src/commands/init/addresses.ts'

function urlsIn(...assignments: readonly string[]): readonly string[] {
  const parsed = assignments.map((each) => ({ name: each.split('=')[0] ?? '', value: each.replace(/^[^=]*=/, '') }))
  return addressesIn([{ file: '.env', assignments: parsed }]).map(({ url }) => url)
}

it.each([
  ['PORT=3000', 'http://localhost:3000/metrics'],
  ['HTTP_PORT=8081', 'http://localhost:8081/metrics'],
  ['APP_PORT=8082', 'http://localhost:8082/metrics'],
  ['FLASK_RUN_PORT=5000', 'http://localhost:5000/metrics'],
  ['UVICORN_PORT=8000', 'http://localhost:8000/metrics'],
  ['ASPNETCORE_HTTP_PORTS=8080', 'http://localhost:8080/metrics'],
  ['ASPNETCORE_URLS=http://+:5005', 'http://localhost:5005/metrics'],
  ['SHOP_METRICS_PORT=9100', 'http://localhost:9100/metrics'],
  ['OTEL_EXPORTER_PROMETHEUS_PORT=9464', 'http://localhost:9464/metrics'],
  ['LISTEN=:8080', 'http://localhost:8080/metrics'],
  ['LISTEN_ADDR=0.0.0.0:8080', 'http://localhost:8080/metrics'],
  ['BIND=[::]:8080', 'http://localhost:8080/metrics'],
  ['HTTP_ADDR=127.0.0.1:8080', 'http://localhost:8080/metrics'],
  ['PORT=${PORT:-4000}', 'http://localhost:4000/metrics'],
  ['METRICS_URL=http://localhost:9102/internal/metrics', 'http://localhost:9102/internal/metrics'],
])('%s is %s', (assignment, url) => {
  expect(urlsIn(assignment)).toEqual([url])
})

it.each([
  'DB_PORT=5432',
  'REDIS_PORT=6379',
  'DATABASE_URL=postgres://localhost:5432/shop',
  'LISTEN=10.0.0.5:8080',
  'METRICS_URL=http://metrics.example.com:80/metrics',
  'METRICS_URL=http://user:secret@localhost:80/metrics',
  'METRICS_URL=http://localhost.example.com:80/metrics',
  'PORT=0',
  'PORT=70000',
  'PORT=/run/app.sock',
  'PORT=',
  'SUPPORT=1',
])('%s is no address of the application', (assignment) => {
  expect(urlsIn(assignment)).toEqual([])
})

it('asks a port of metrics first, each address once, and where the path is said', () => {
  expect(urlsIn('PORT=3000', 'LISTEN=:3000', 'METRICS_PORT=9100', 'METRICS_PATH=/internal/metrics')).toEqual([
    'http://localhost:9100/internal/metrics',
    'http://localhost:3000/internal/metrics',
  ])
})
