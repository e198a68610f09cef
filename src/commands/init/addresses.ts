import type { FoundFile } from './env-files.ts'

/** Where an application may have its metrics, and which variable says so. */
export interface MetricsAddress {
  readonly url: string
  /** `PORT in .env`. */
  readonly from: string
}

/** A port of metrics comes before one of the application, and that before any other address it listens on. */
const NAMES = [
  /(?:^|_)(?:METRICS|PROMETHEUS)_(?:PORT|ADDR|ADDRESS|LISTEN|BIND|URL)$/,
  /^(?:PORT|(?:\w+_)?HTTP_PORTS?|(?:APP|SERVER|WEB|API|SERVICE|LISTEN|NODE)_PORT|(?:FLASK_RUN|UVICORN|FASTAPI|DJANGO|FASTIFY|KOA|EXPRESS|NEXT|NUXT|NITRO|RAILS|PUMA|ROCKET|GRANIAN|MICRONAUT_SERVER)_PORT)$/,
  /^(?:LISTEN|ADDR|ADDRESS|BIND|HOST)$|^(?:LISTEN|BIND|HTTP|APP|SERVER|WEB|API|SERVICE)_(?:ADDR|ADDRESS|LISTEN|BIND|HOST)$|^ASPNETCORE_URLS$/,
]
const PATH_NAME = /(?:^|_)(?:METRICS|PROMETHEUS)_(?:PATH|ENDPOINT)$/
/** `8080`, `:8080`, `0.0.0.0:8080`, `[::]:8080`, `http://localhost:8080/metrics`, each also as what a variable is when it is not set. */
const WRITTEN = /^(?:\$\{\w+:?-)?(?:(?:http|tcp):\/\/)?(?:(\[[\d:a-f]*\]|[\w.*+-]*):)?(\d{1,5})(\/[\w./-]*)?\}?$/i
/** Every address of this machine, or its own loopback; whatever else is somebody else. */
const OURS = /^(?:|\*|\+|0\.0\.0\.0|127(?:\.\d+){3}|localhost|\[(?:::1?)?\])$/i
/** More are no application. */
const MOST = 6

/** Finds where on loopback the application of these env files may answer with its metrics, the likeliest first. */
export function addressesIn(files: readonly FoundFile[]): readonly MetricsAddress[] {
  const all = files.flatMap(({ file, assignments }) => assignments.map((each) => ({ ...each, from: `${each.name} in ${file}` })))
  const path = all.findLast(({ name, value }) => PATH_NAME.test(name) && /^\/[\w./-]*$/.test(value))?.value ?? '/metrics'
  const found = NAMES.flatMap((names) =>
    all.filter(({ name }) => names.test(name)).flatMap(({ value, from }) => addressOf(value, path, from)),
  )
  return found.filter(({ url }, nth) => found.findIndex((each) => each.url === url) === nth).slice(0, MOST)
}

function addressOf(value: string, path: string, from: string): readonly MetricsAddress[] {
  const [, host = '', digits, own] = WRITTEN.exec(value) ?? []
  const port = Number(digits)
  if (digits === undefined || !OURS.test(host) || port < 1 || port > 65_535) return []
  return [{ url: `http://localhost:${port}${own !== undefined && own !== '/' ? own : path}`, from }]
}
