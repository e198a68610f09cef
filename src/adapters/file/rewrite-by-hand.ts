import { shellWord } from '../../core/values/shell-word.ts'

/**
 * Returns the line that a person types to change a file by a program that prints it changed. The file stays the one it is,
 * with its owner and its other names, and behind a symbolic link: many a program would put a new one in its place.
 */
export function rewriteByHand(program: string, file: string): string {
  const [path, next] = [shellWord(file), shellWord(`${file}.new`)]
  return `${program} ${path} > ${next} && cat ${next} > ${path} && rm ${next}`
}
