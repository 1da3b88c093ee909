import { rule } from "./rule";

const fields = "REQUEST_COOKIES|!REQUEST_COOKIES:/__utm/|REQUEST_COOKIES_NAMES|ARGS_NAMES|ARGS|XML:/*";
const cmdLine = "t:none,t:urlDecodeUni,t:cmdLine";
const conditional = (id: number, expression: string): string => rule(id, fields, `@rx ${expression}`, cmdLine, "Windows FOR or IF (932140)");

/** What is in the way of the first is in the way of all after it: (*COMMIT) has none of them tried. */
export const windows = [
  conditional(10427, "\\bif(?:/i)?(?: not)? (?:exist|defined|errorlevel|cmdextversion)\\b"),
  // In the application's fields, where "if exist in stock" is English.
  rule(10455, "ARGS", "@rx \\bif(?:/i)?(?: not)? (?:exist [^ ]*[:/.%*(]|errorlevel \\d|(?:defined|cmdextversion) [^ ]++ ?(?:\\(|(?:call|cmd|copy|del|echo|exit|goto|set|start|type)\\b))", cmdLine, "Windows IF (932140)"),
  conditional(10428, "\\bif(?:/i)?(?: not)?[ (](*COMMIT).*?(?:\\b(?:[gn]eq|equ|leq|gtr|lss)\\b|(?<!=)={2,3}(?!=) ?[^ ])"),
  conditional(10429, "\\bfor %[^ ]++ in\\((*COMMIT).*?\\)\\s?do"),
  conditional(10430, "\\bfor/[dflr](*COMMIT)(?>.*? %[^ ]++ in\\().*?\\)\\s?do"),
].join("");
