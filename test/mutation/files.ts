import { mutationsOf, type Mutation } from './mutation.ts'

const WORDS = ['adapters/file/word-file', 'adapters/targets/env-file']
const DISK = ['adapters/file/env-disk', 'adapters/targets/env-file']

export const FILES: readonly Mutation[] = [
  ...mutationsOf('adapters/file/word-file.ts', WORDS, {
    'an owed reload is forgotten where the words were reloaded once': [
      'const mayBeTold = reloaded !== undefined || (held.reloaded === digest && !isOutOfDate)',
      'const mayBeTold = true',
    ],
    'an older copy that was put back needs no reload': ['&& held.epoch !== epoch', '&& held.epoch > epoch'],
    'a hand edit of reloaded words needs no reload': [
      'const isTold = mayBeTold && format.write(before, words, { ...held, identity }, given) === before',
      'const isTold = mayBeTold',
    ],
    'words that were put back while it reloaded are taken for told': [
      "      isOwed = await edit(format, given, words, loan, 'reloaded')\n",
      "      await edit(format, given, words, loan, 'reloaded')\n      isOwed = false\n",
    ],
    'an older change is written over a newer one': [
      'if (newer && reloaded === undefined) throw',
      'if (newer && reloaded !== undefined) throw',
    ],
    'a late reload claims the newer change': ['const { reloaded: _, ...owed } = newer', 'const owed = newer'],
    'a late reload is not followed by one for the newer change': [
      '      await reload(given, loan)\n      throw outdated',
      '      throw outdated',
    ],
    'who else edits the file loses': [
      'if (after === before || (await replaceDocument(file, before, after, how))) return !isTold',
      'await replaceDocument(file, before, after, how)\n    return !isTold',
    ],
    'the application is not asked after a write': ['      await converged(given, words, loan)\n', ''],
    'the file is believed where the application can be asked': [
      'return given.verify === undefined ? words : readRunning',
      'return given.verify !== undefined ? words : readRunning',
    ],
    'an application that runs with something else is not reloaded': [
      '(isOwed || (await differing(given, words, loan)) !== undefined)',
      'isOwed',
    ],
    'a write in place that was cut off is left': ['      finishOverwrite(file, how.spare)\n', ''],
  }),
  ...mutationsOf('adapters/spawn.ts', ['adapters/spawn'], {
    'a command waits for the application that it has started': [
      "if (awaited === 'exit') REAL.timer(LAST_WORDS, () => child.stderr.destroy())",
      '',
    ],
  }),
  ...mutationsOf('adapters/file/running.ts', WORDS, {
    'one instance speaks for all': ['const LOOKS = 3', 'const LOOKS = 1'],
    'the same instance is asked three times': [', isAlone: true', ''],
    'an application that says nothing runs with the words': [
      '    return `does not say what it runs with: ${messageOf(thrown)}`',
      '    return thrown ? undefined : messageOf(thrown)',
    ],
    'an answer that does not name the toggle agrees': [
      'if (answer === undefined && word !== undefined && !isBeside(name))',
      'if (answer === undefined && word !== undefined && isBeside(name))',
    ],
    'an error page agrees': ['if (status !== 200) throw', 'if (status > 999) throw'],
    'a number agrees': ["typeof word === 'string' || typeof word === 'boolean' ?", "typeof word !== 'object' ?"],
  }),
  ...mutationsOf('adapters/file/shell-program.ts', ['adapters/file/dialect'], {
    'what stands in a block is read': ['depth > 0 || ', ''],
    'what stands behind return is read': ['hasLeft ||= words', 'void words'],
    'what stands in a here-document is read': ["codeOf(line).includes('<<')", "codeOf(line).includes('<<<<')"],
    'what a shell ends at is read': ['LOOSE.test(', "'' === ("],
    'what a shell takes in from elsewhere is no matter': ['source|eval', 'source'],
  }),
  ...mutationsOf('adapters/file/env-disk.ts', DISK, {
    'what somebody wrote since the look is lost': [
      '    if (textOf(file) !== before) {\n      discard(temporary)',
      '    if (before === after) {\n      discard(temporary)',
    ],
    'what somebody wrote since the look is lost in place': [
      '  if (textOf(file) !== before) return false\n  try {\n    overwrite(',
      '  try {\n    overwrite(',
    ],
    'what somebody wrote since the look is lost on a full disk': [
      '  if (textOf(file) !== before) return false\n  try {\n    if (!overwriteInItsRoom',
      '  try {\n    if (!overwriteInItsRoom',
    ],
    'a long file is written in halves on a full disk': [') throw alone\n', ') return false\n'],
    'a file of ours in a folder of theirs cannot be written': [", 'EACCES', 'EPERM', 'EROFS']", ']'],
    'the owner is lost': ['      fchownSync(file, stat.uid, stat.gid)\n', ''],
    'the mode is lost': ['      fchmodSync(file, stat.mode & 0o7777)\n', ''],
    'a file that must stay is replaced': ['  if (stays) return isOverwritten', '  if (stays && before === after) return isOverwritten'],
    'the new name is not made durable': ['  await syncFolderOnce(dirname(file), clock)\n', ''],
    'a mounted file cannot be written': ["codeOf(thrown) === 'EBUSY' ||", ''],
    'a link out of the folder is followed': ['if (allowOutside || real', 'if (!allowOutside || real'],
    'what is not UTF-8 is written anew': ['{ fatal: true, ignoreBOM: true }', '{ fatal: false, ignoreBOM: true }'],
    'a byte-order mark is lost': ['{ fatal: true, ignoreBOM: true }', '{ fatal: true, ignoreBOM: false }'],
  }),
  ...mutationsOf('adapters/file/sweep-beside.ts', DISK, {
    'copies of killed writers stay': [
      'if (newest - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? newest) > ABANDONED) discard(path)',
      '',
    ],
    'the copy of a living writer is removed': [
      'if (newest - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? newest) > ABANDONED) discard(path)',
      'discard(path)',
    ],
  }),
  ...mutationsOf('adapters/file/in-place.ts', ['adapters/file/in-place', ...DISK], {
    'hard links are cut': ['(stat.nlink > 1 || (', '(('],
    'an access list is lost': ['(await hasAttributes(file, clock))', '!(await hasAttributes(file, clock)) && stat.nlink < 0'],
    'two write in place at once': [
      "    writeDurably(backup, Buffer.from(JSON.stringify({ before, after })))\n  } catch (thrown) {\n    if (codeOf(thrown) !== 'EEXIST') throw thrown\n    throw",
      "    writeDurably(backup, Buffer.from(JSON.stringify({ before, after })))\n  } catch (thrown) {\n    if (codeOf(thrown) !== 'EEXIST') throw thrown\n    if (before === after) throw",
    ],
    "a file that is half written is nobody else's text": ['if (!isHalf(now, before, after)) return setAside(backup)', ''],
    'a cut off write is not finished': [
      '      fillWith(open, texts.after)\n    } finally',
      '      fillWith(open, texts.before)\n    } finally',
    ],
    'what is behind a shorter text stays': ['  ftruncateSync(open, bytes.length)\n', ''],
    'on a full disk half of a text stays': ['    putBack(open, before, ', '    if (before === after) putBack(open, before, '],
  }),
  ...mutationsOf('adapters/file/env-document.ts', ['adapters/file/env-document'], {
    'a word is taken from a line that readers differ about': ['checkClear(text, names, dialect)', 'void dialect'],
    'a word is written where readers differ': ['  checkClear(parse(written), Object.keys(words), dialect)\n', ''],
    'a word goes behind an open quote': ['if (isOpen && Object.keys(words).length > 0)', 'if (isOpen && Object.keys(words).length > 99)'],
    'what an application would not believe is read': ['  if (problem !== undefined)\n', "  if (problem === '')\n"],
    'the marks of others are replaced': ['if (line.mark && isReplaced(line.mark, mark)) return marked', 'if (line.mark) return marked'],
    'a word that a shell would run is written': [
      'if (WORD.test(word)) return undefined',
      'if (WORD.test(word) || word !== "?") return undefined',
    ],
    'what is behind an open quote is lost': ["append(edited.join('') + rest, added", "append(edited.join(''), added"],
  }),
  ...mutationsOf('adapters/file/disk.ts', ['adapters/state/file', 'adapters/file/disk'], {
    'a taken number is overwritten': [
      "if (codeOf(thrown) === 'EEXIST') return false",
      "if (codeOf(thrown) === 'EEXIST') renameSync(temporary, path)",
    ],
    'a short write is a whole one': ['for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)', 'writeSync(file, bytes, 0)'],
    'bytes are not made durable': ['  fsyncSync(file)\n}', '}'],
    'a name is not made durable': ['  syncFolder(dirname(path))\n  return true', '  return true'],
    'a replaced file is not made durable': ['  renameSync(temporary, path)\n  syncFolder(dirname(path))', '  renameSync(temporary, path)'],
    'a folder that many share is not made durable': ['    syncFolder(folder)\n  }', '  }'],
    'a name is not made durable where the folder was': ['    syncing.delete(folder)\n', ''],
  }),
  ...mutationsOf('adapters/targets/env-file.ts', ['adapters/targets/env-file'], {
    'what is typed by hand misses exported variables': ['(export[[:blank:]]+)?', '(exported[[:blank:]]+)?'],
    'what is typed by hand adds nothing that is gone': ['lines.length === 0 ?', 'lines.length > 0 ?'],
    'what is typed by hand reloads nothing': [
      '[lineByHand(path, words, dialect), ...reloadByHand({ reload })]',
      '[lineByHand(path, words, dialect)]',
    ],
    'a path may lead out of the folder': ['  check: checkInside,\n', ''],
  }),
  ...mutationsOf('adapters/file/flag-yaml.ts', ['adapters/targets/go-feature-flag'], {
    'a flag that others are made of is read as one of ours alone': ['!anchors.has(alias.source)', 'alias.source !== undefined'],
    'other flags change with ours': ['if (isDeepStrictEqual(yamlIn(edited),', 'if (edited !== text || isDeepStrictEqual(yamlIn(edited),'],
    'a merge is a name like others': ['{ merge: true, ...', '{ ...'],
  }),
  ...mutationsOf('adapters/targets/flagd.ts', ['adapters/targets/flagd'], {
    'a flag that others are made of is one of ours alone': ["  refuseShared(text, own, 'flags')\n", '  void own\n'],
    'a file in YAML holds no mark': ['isYaml(text, given) ? yamlMarksIn(text)', 'isYaml(text, given) ? []'],
  }),
  ...mutationsOf('adapters/file/flag-json.ts', ['adapters/targets/flagd', 'adapters/targets/unleash'], {
    'a file that says two things is believed': ['if (twice === undefined) return found', 'if (twice !== found) return found'],
  }),
  ...mutationsOf('adapters/each-variable.ts', ['adapters/each-variable'], {
    'what is there already is written': [
      "filter(([name, word]) => !held || (held[name] ?? '') !== word)",
      'filter(([name, word]) => !held || name !== word)',
    ],
    'one that is refused keeps the others from being taken back': [
      'if (signal.aborted || failed.some(isTimeout)) return',
      'if (signal.aborted || failed.length > 0) return',
    ],
    'where one had no answer the next is begun': ['if (signal.aborted || failed.some(isTimeout)) return', 'if (signal.aborted) return'],
    'a refusal is passed over': ['if (failed.length === 1) throw first', 'if (failed.length === 1) return'],
  }),
  ...mutationsOf('adapters/file/writer-of.ts', ['adapters/file/writer-of'], {
    'who only reads is taken for a writer': ['if ((Number.parseInt(flags, 8) & WRITES) === 0) return undefined', 'void flags'],
    'a file of the same number on another disk is taken for it': [
      'device !== undefined && mountOf(file, mounts)?.device === device',
      'device !== undefined',
    ],
    'a writer in a container is not seen': ['readMounts(pid).find', 'readMounts().find'],
    'a writer by another name is not seen': ['if (inode === undefined) return', 'if (inode !== 0) return'],
    'a look among very many open files has no end': ['      if (clock.monotonic() > until) return found\n', ''],
  }),
  ...mutationsOf('adapters/deadline.ts', ['adapters/deadline'], {
    'work that ignores its signal is waited for': ['return await Promise.race([ended, work(ending)])', 'return await work(ending)'],
    'a deadline never comes': [
      'const stop = timer.timer(limit, () => end(late()))',
      'void timer\n    void late\n    void limit\n    const stop = (): void => undefined',
    ],
    'a deadline goes on after the work': ['      forget()\n      stop()\n', '      forget()\n      void stop\n'],
    'what it lends outlives the deadline': ['      ending.abort(reason)\n      reject(reason)', '      reject(reason)'],
    'work that is over is still bound to who asked': ['      forget()\n      stop()\n', '      void forget\n      stop()\n'],
    'a deadline does not end with who asked': [
      'const forget = whenEnded(signal, () => end(signal.reason))\n    const stop',
      'const forget = (): void => undefined\n    const stop',
    ],
    'who has ended already begins work all the same': ['  signal.throwIfAborted()\n  const ending', '  const ending'],
    'a listener stays on the signal': ["    signal.removeEventListener('abort', ring)\n", ''],
    'who waits no longer is called all the same': ['    ends.delete(end)\n    if (ends.size > 0) return\n', ''],
    'a signal that has ended already ends nothing': [
      '  const end = (): void => ending.abort(signal.reason)\n  if (signal.aborted) end()\n  const forget',
      '  const end = (): void => ending.abort(signal.reason)\n  const forget',
    ],
  }),
]
