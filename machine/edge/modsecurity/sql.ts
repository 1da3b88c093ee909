import { ownHeaders, rule } from "./rule";

/** Letters as letters: see `unicode.ts`. */
const letters = "t:none,t:utf8toUnicode,t:urlDecodeUni";

const seen = `ARGS|${ownHeaders}`;

/** A quote that could end a text of SQL: "don't" and 1/2" do, too, but leave what comes after them no way to be SQL without one more, or a comment. */
const quote = "(?:(?<![a-z\\d])['\\x22]|(?<=[a-z])(?:\\x22|'(?!(?:s|t|m|d|re|ll|ve)\\b))|(?<=\\d)['\\x22](?![\\s,;:.)x/*-]|\\z))";
/** "See you.\\n-- Ivan": what comes before is the end of a sentence, and no SQL. */
const signature = "[.,!?:)][ \\t]*+[\\r\\n]\\s*+--(?!-)(*SKIP)(*FAIL)";
/** "Sleep (маска)" calls nothing. The map makes an a of each letter that is not ASCII. */
const noRemark = "(?!\\s*+\\((?:\\d[\\d.,]*+\\s*+)?(?:[\\x80-\\xff]|a+\\b(?<!\\(a)))";
/** Where a statement of its own may be: "Premium Select from Brazil" is none. */
const select = `(?:\\A\\W*+|\\(\\s*+|\\b(?:except|intersect|minus|union)\\W++(?:(?:all|distinct)\\W++)?)select\\b${noRemark}|\\bunion\\W++(?:(?:all|distinct)\\W++)?(?:table|values)\\b`;

/**
 * What SQL has and a product's name with something in brackets after it has not. What the detector takes for an expression, "phone
 * case (black)", is none without WHEN, a quote or a comment; "10--15" is a range, and a
 * token may have such a dash, too.
 */
const proof: [string, string] = ["MATCHED_VARS", `@rx \\A[\\w-]++\\z(*COMMIT)(*FAIL)|${quote}|[\\x60#]|@(?![\\w-]+\\.\\w)|${signature}|--(?!\\s*+\\d)|/\\*|${select}|\\bnull\\b(?!\\s++or\\s++(?:undefined|empty|none|blank)\\b)|\\b(?:when|sleep|benchmark|waitfor|delay|exec|execute|true|cast|convert|current_user|version|(?:pg|xp)_\\w+)\\b${noRemark}|\\A(?:(?!\\bcase\\s*+\\()[\\s\\S])*?(?:[=<>;|&^~]|\\b(?:or|and)\\b\\s*+(?:[\\d(!~+-]|not\\b|\\w+\\s*\\())`];

/** A statement, as nobody begins a sentence: "1. Select tea", "«Union Jack»" and "; delete it" are none, nor is "- Create user" in a list of things to do. */
const object = "(?:aggregate|database|extension|function|index|language|role|schema|table|trigger|type|user|view)";
const definition = `(?:(?:alter|create|drop)\\s+(?:or\\s+replace\\s+)?(?:temp\\s+)?${object}\\s+\\S|truncate\\s+table\\s)`;
const statement = "(?:select\\s*(?:\\*|@|['\\x22\\x60]\\w|\\d+\\s*(?:,|--|;|from\\b|\\z)|null\\b|[\\w.]+\\(|[\\w.\\x22]+(?:\\s*,\\s*[\\w.\\x22]+)*\\s+from\\s+[\\w.\\x22]+\\s*(?:\\z|;|--|where\\b|limit\\b)|case\\s+when\\b|pg_)"
  + "|insert\\s+into\\s+[\\w.\\x22]+\\s*(?:\\(|values\\b|select\\b)|update\\s+[\\w.\\x22]+\\s+set\\s+[\\w.\\x22]+\\s*=|delete\\s+from\\s+[\\w.\\x22]+\\s*(?:\\z|;|--|where\\b)"
  + "|copy\\s*(?:\\(\\s*(?:delete|insert|select|table|update|values|with)\\b|[\\w.\\x22]+\\s*(?:\\([^)]{0,200}\\)\\s*)?(?:from|to)\\s+(?:['$]|program\\b|std))|do\\s+\\$|load\\s+(?:data|file)\\s|rename\\s+table\\s|declare\\s+@?\\w+\\s+(?:int|text|varchar|char|cursor|record)"
  + "|(?:grant|revoke)\\s+(?:all|create|delete|execute|insert|select|update|usage)\\b[^;]{1,100}\\s(?:to|from)\\s)";

/** In the place of 942100, 942140, 942190, 942230, 942270, 942320, 942350 and 942360. */
export const sql = [
  rule(10414, seen, "@detectSQLi", "t:none", "SQL injection (942100)", proof),
  rule(10415, seen, "@detectSQLi", `${letters},t:removeNulls`, "SQL injection (942100)", proof),
  // These look for words after what is no letter, and with bytes for letters that was every Russian one.
  rule(10416, "ARGS", "@rx \\A(?=[\\s\\S]*?\\bwhen\\b)[\\s\\S]*?[\\s()]case\\s*\\(|\\)\\s*like\\s*\\(|\\bhaving\\s+(?!->)(?:[^\\s,.!?]+\\s*[=<>]|\\w+\\(|\\(\\s*(?:select\\b|\\w+\\s*[=<>(]))|\\bif\\s?\\(\\w+\\s*[=<>~]", `${letters},t:lowercase`, "Conditional SQL (942230)"),
  rule(10417, "ARGS", `@rx (?:^[\\W\\d]++|[;'\\x22\\x60)]\\s*+)${statement}|(?:[;'\\x22\\x60/]|(?<!^\\d)(?<!^\\d\\d)\\))\\s*+${definition}|\\b(?:group_concat|load_file)\\s*\\(|\\bend\\s*\\);|['\\x22\\x60]\\s+regexp\\W|\\binto\\s+(?:out|dump)file\\b|\\bunion(?:\\s+(?:all|distinct))?[\\s(]+select\\b(?!\\s*\\z)|['\\x22)\\d]\\s*;\\s*truncate\\s+[\\w.\\x22]+\\s*(?:\\z|;|,|--|cascade\\b|continue\\b|restart\\b)|;\\s*truncate\\s+\\w*_\\w+`, `${letters},t:lowercase`, "SQL statement (942270, 942350, 942360)"),
  rule(10442, "ARGS", "@rx \\b(?:msys(?:ac(?:cess(?:objects|storage|xml)|es)|(?:relationship|object|querie)s|modules2?)|master\\.\\.sysdatabases|mysql\\.db|pg_(?:catalog|toast)|information_schema|tempdb|sysaux|sqlite(?:_temp)?_master|xp_cmdshell)\\b|\\b(?:database|db_name|schema|user|connection_id|current_user)\\(\\s*\\)|\\bprocedure\\s+analyse\\s*\\(|\\bdeclare[^\\w]+[@#]\\s*\\w|\\bexec\\s*\\(\\s*@|\\bexec(?:ute)?\\s+master\\.|\\biif\\(", `${letters},t:lowercase`, "Names of databases (942140, 942190, 942320)"),
  // What the detector does not see: PostgreSQL's own, JSON in conditions, and a condition to be put after a value.
  rule(10443, `${seen}|REQUEST_FILENAME|XML:/*`, "@rx \\bpg_(?:sleep|shadow|authid|user|roles?|group|database|tables|class|proc|settings|stat_activity|language|ls_dir|read_(?:binary_)?file)\\b|\\b(?:lo_(?:import|export)|dblink(?:_\\w+)?|(?:database|query|table)_to_xml\\w*|current_setting|set_config|json_(?:depth|extract|keys|length)|jsonb_\\w+)\\(|\\bcopy\\b[^;]{1,100}?\\b(?:to|from)\\s+program\\b|['\\x22)]\\s*::\\s*(?:bool|int|jsonb?|name|numeric|regclass|text|varchar)|@@(?:version|hostname|datadir)\\b|\\d\\.e\\(|\\brlike\\s*\\(\\s*select\\b", `${letters},t:lowercase`, "SQL of PostgreSQL"),
  rule(10444, "ARGS", "@rx \\A[\\s'\\x22)]*+(?:or|and)\\s++(?:\\(\\s*+)?(?:(?:\\d+|(['\\x22])[^'\\x22]*\\g1)\\s*(?:[=<>]|like\\b)+\\s*['\\x22(]?[\\w.]+|true|[a-z]\\s*=\\s*[a-z])\\s*(?:['\\x22]\\s*)?(?:\\z|--|#|/\\*|;|\\)|(?:and|or)\\b)|\\border\\s+by\\s+\\d+(?:\\s*,\\s*\\d+)*+\\s*(?:--|#)[\\s+-]*\\z", `${letters},t:lowercase`, "Condition of SQL at the beginning"),
].join("");

/** Excluded from the application's fields for them. */
export const sqlReplaced = [942100, 942140, 942190, 942230, 942270, 942320, 942350, 942360];
