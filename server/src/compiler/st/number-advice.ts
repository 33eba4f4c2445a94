/** What is wrong with a word that begins with a digit, and what to write instead where that is certain. */
export function numberAdvice(word: string): { readonly message: string; readonly replacement?: string } {
  const shown = `\`${word}\``;
  const based = /^0([xbo])([0-9a-f_]+)$/i.exec(word);
  if (based) {
    const base = { x: 16, b: 2, o: 8 }[based[1]!.toLowerCase() as 'x' | 'b' | 'o'];
    const replacement = `${base}#${based[2]!.toUpperCase()}`;
    return { message: `${shown} is written \`${replacement}\` in Structured Text.`, replacement };
  }
  const digits = /^(\d+)#(\w*)$/.exec(word);
  if (digits)
    return {
      message: `\`${digits[2]!}\` are no digits of base ${digits[1]!}: bases are 2, 8, 10 and 16, as in \`16#FF\`.`,
    };
  if (/^(\d+(\.\d+)?(ns|us|ms|s|m|h|d))+$/i.test(word))
    return { message: `A duration is written with \`T#\` before it: write \`T#${word}\`.`, replacement: `T#${word}` };
  const suffix = /^(\d+(?:\.\d+)?)(?:[fFlLuU]{1,3})$/.exec(word);
  if (suffix) return { message: `Numbers have no suffix: write \`${suffix[1]!}\`.`, replacement: suffix[1]! };
  return { message: `${shown} is neither a number nor a name: a name can't begin with a digit.` };
}
