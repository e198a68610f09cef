import { startServer, type Server } from './alertmanager.ts'
import { has } from './program.ts'

/** Debian's own Python: its packages are not those of another that comes first in the PATH. */
const PYTHON = '/usr/bin/python3'

/** Whether Debian's `influxdb` is on this machine. */
export function hasInflux(): boolean {
  return has('influxd', 'version')
}

/** A real InfluxDB 1.6, empty. */
export async function startInflux(): Promise<Server> {
  const config = (folder: string, port: number): string => `reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "127.0.0.1:${port}"
`
  // It takes no option but the file, and the file holds the folder and the port.
  return startServer(
    'sh',
    {},
    (folder, port) => ['-c', `printf '%s' "$0" > influx.conf; exec influxd run -config influx.conf`, config(folder, port)],
    {
      readyAt: '/ping',
    },
  )
}

/** Whether Debian's `graphite-web` is on this machine. */
export function hasGraphite(): boolean {
  return has(PYTHON, '-c', 'import graphite, whisper')
}

const SETTINGS = `from graphite.settings import *
import os
SECRET_KEY = 'test'
ALLOWED_HOSTS = ['*']
HERE = os.getcwd()
CONF_DIR = STORAGE_DIR = LOG_DIR = HERE
WHISPER_DIR = HERE + '/series'
STANDARD_DIRS = DATA_DIRS = [WHISPER_DIR]
INDEX_FILE = HERE + '/index'
CARBONLINK_HOSTS = []
LOG_FILE_INFO = LOG_FILE_EXCEPTION = LOG_FILE_CACHE = LOG_FILE_RENDERING = '-'
DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': HERE + '/graphite.db'}}
`

/** Writes one series of ten-second points, the newest so many seconds ago; the places after it are empty. */
const WRITE = `import os, sys, time, whisper
os.makedirs('series/shop', exist_ok=True)
for name, value, age in (each.split(':') for each in sys.argv[2:]):
    path = 'series/shop/%s.wsp' % name
    whisper.create(path, [(10, 360)])
    now = int(time.time()) - int(age)
    whisper.update_many(path, [(now - 10 * nth, float(value)) for nth in range(6)])
import django
django.setup()
from graphite.wsgi import application
from wsgiref.simple_server import make_server
make_server('127.0.0.1', int(sys.argv[1]), application).serve_forever()
`

/** A real Graphite with series of `shop`: name → its value, and how many seconds old its newest point is. */
export async function startGraphite(series: Readonly<Record<string, { readonly value: number; readonly age: number }>>): Promise<Server> {
  const written = Object.entries(series).map(([name, { value, age }]) => `${name}:${value}:${age}`)
  return startServer(PYTHON, { 'shop_settings.py': SETTINGS, 'serve.py': WRITE }, (_, port) => ['serve.py', String(port), ...written], {
    readyAt: '/render?format=json',
    env: (folder) => ({ PYTHONPATH: folder, DJANGO_SETTINGS_MODULE: 'shop_settings' }),
  })
}
