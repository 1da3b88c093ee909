import type { Sent } from "../request";
import { code } from "./code";
import { files } from "./files";
import { markup } from "./markup";
import { multipart } from "./multipart";
import { protocol } from "./protocol";
import { sql } from "./sql";

/** Over every family of the Core Rule Set that looks at requests. Each must be refused. */
export const attacks: Sent[] = [...protocol, ...multipart, ...files, ...code, ...markup, ...sql];
