'use strict'
const { createHash } = require('node:crypto')
const { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs')
const Module = require('node:module')
const path = require('node:path')
const { Script } = require('node:vm')

/** The exit code of a command that was typed wrongly: nobody types it again. */
const USAGE = 64
/** Bytes behind what was compiled that are made of it. */
const DIGEST = 20

/**
 * Keeps the compiled code of the files in a folder between runs, as `module.enableCompileCache` of Node 22 does: for Node
 * 20, which has only what that is made of. Compiling is a quarter of what a short command takes. Functions are kept that
 * were called, so each verb has a `cache` of its own. What V8 does not take, because it is another V8, is compiled anew;
 * where nothing can be written, nothing is kept. A file that imports at run time is left alone: its V8 forgets who
 * imports (nodejs/node#43663).
 */
exports.enableCompileCache = (folder, cache) => {
  const kept = path.join(cache, `node-${process.version}-${process.arch}`)
  const compiled = []
  const compile = Module.prototype._compile
  Module.prototype._compile = function (code, filename) {
    if (!filename.startsWith(folder + path.sep) || code.includes('import(')) return compile.call(this, code, filename)
    // Not when it was written: npm says of every file that it is of 1985.
    const { size, ctimeMs } = statSync(filename)
    const file = path.join(kept, `${path.basename(filename)}-${size}-${ctimeMs}`)
    const cachedData = bytesOf(file)
    const script = new Script(Module.wrap(code), { filename, cachedData })
    if (cachedData === undefined || script.cachedDataRejected) compiled.push({ file, script })
    return script.runInThisContext().call(this.exports, this.exports, (id) => this.require(id), this, filename, path.dirname(filename))
  }
  process.on('exit', (code) => {
    // Who has removed the program meanwhile wants no folder of it back.
    if (compiled.length > 0 && code !== USAGE && existsSync(folder)) write(compiled, kept)
  })
}

/** V8 believes what it is given: damaged code does anything, or never ends. */
function bytesOf(file) {
  try {
    const bytes = readFileSync(file)
    const data = bytes.subarray(0, -DIGEST)
    return digestOf(data).equals(bytes.subarray(-DIGEST)) ? data : undefined
  } catch {
    return undefined
  }
}

function digestOf(data) {
  return createHash('sha1').update(data).digest()
}

/** Whole files or none, whoever else writes them at the same time. */
function write(compiled, kept) {
  try {
    mkdirSync(kept, { recursive: true })
  } catch {
    return
  }
  for (const { file, script } of compiled) {
    const temporary = `${file}.${process.pid}`
    try {
      const data = script.createCachedData()
      writeFileSync(temporary, Buffer.concat([data, digestOf(data)]))
      renameSync(temporary, file)
    } catch {
      rmSync(temporary, { force: true })
      return
    }
  }
}
