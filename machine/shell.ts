/** A word of a shell's command line, with any content. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The same, quoted only where a POSIX shell needs it, or zsh, which takes `=name` for a program's path. */
export const quoted = (word: string): string => (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word) ? word : quote(word));
