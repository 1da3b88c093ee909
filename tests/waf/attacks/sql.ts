import { each, inAgent, inCookie, inField, inForm, inHeader, inJson, inList, inName, inPatch, inQuery, inReferer, type Sent } from "../request";

/** SQL where a value belongs: 942. */
export const sql: Sent[] = [
  ...each("942", inQuery, [
    "1' OR '1'='1", "1 OR 1=1--", "' UNION SELECT username, password FROM auth_user--", "1; DROP TABLE orders_order--", "1' AND SLEEP(5)#",
    "1' AND pg_sleep(5)--", "'; SELECT pg_sleep(10); --", "1 AND (SELECT COUNT(*) FROM information_schema.tables)>0", "admin'--", "1' ORDER BY 10--",
    "1' GROUP BY 1 HAVING 1=1--", "' OR 'x'='x' /*", "-1 UNION ALL SELECT NULL,NULL,version()--", "1'||(SELECT '')||'", "1 PROCEDURE ANALYSE()",
    "1' AND 1=CAST((SELECT version()) AS int)--", "1' RLIKE SLEEP(5)--", "1'; EXEC xp_cmdshell('dir')--", "' HAVING 1=1--",
    "1 waitfor delay '0:0:5'", "' or benchmark(10000000,md5(1))#", "1/*!50000UNION*/SELECT 1", "1' INTO OUTFILE '/tmp/x'--", "' or ''='", "x' AND email IS NULL; --",
    "1' and extractvalue(1,concat(0x7e,version()))--", "load_file('/etc/passwd')", "';shutdown--", "1' union/**/select/**/1,2,3--",
    "%27%20OR%201%3D1--", "1'+OR+'1'='1", "\"or\"\"=\"", "иванов' OR '1'='1' --",
  ]),
  ...each("942", inJson, [
    "1' OR '1'='1", "'; DROP TABLE users; --", "x' UNION SELECT NULL, usename FROM pg_user--", "1 AND SLEEP(5)", "' or 1=1#", "1'; COPY (SELECT '') TO PROGRAM 'id'--",
    "1' AND (SELECT 1 FROM (SELECT SLEEP(5))a)--", "Ромашка' OR 1=1 --", "current_setting('is_superuser')='on' or 1=1--", "1' or '1'='1' -- -",
  ]),
  ...each("942", inJson, ["'; truncate orders_order", "1; truncate auth_user cascade--", "x; grant all on orders_order to evil", "'; revoke select on a from b"]),
  // What the detector does not see by itself.
  ...each("942", inJson, [
    " or 1=1--", " AND 1083=1083 AND (1427=1427", "or 0=0 #", " or 'a'='a", "1' ORDER BY 6-- ", " ORDER BY 12--", "1' or 1.e(1) or '1'='1", ")) or pg_sleep(5)--", "COPY (SELECT '') to PROGRAM 'id'", "COPY nc(t) TO PROGRAM 'sh'", "select usename from pg_shadow",
    "' or '{\"b\":2}'::jsonb <@ '{\"a\":1,\"b\":2}'::jsonb--", "123) AND 12=12 AND JSON_DEPTH('{}') != 2521", "SELECT database_to_xml(true,true,'')", "lo_import('/etc/hosts')", " and (select substring(@@version,1,1))='M'", "1 or case(when 1=1 then 1 end)", "1 or (case when (1=1) then 1 end)=1",
    "1; select pg_sleep(1)", "1; delete from auth_user", "x'; insert into auth_user values (1)", "1 union all select null", "1; copy auth_user to '/tmp/a'", "1; declare @a varchar(255)", "phone case (black)' or '1'='1",
  ]),
  ...each("942", inCookie, ["\"1\\047 or 1=1--\"", "\"\\074script\\076\"", "\"a\\054b\\047\\073\""]),
  ...each("942", inList, ["1' UNION SELECT 1,2,3--", "' OR 1=1--"]),
  ...each("942", inPatch, ["'; UPDATE auth_user SET is_superuser=true; --"]),
  ...each("942", inForm, ["1' OR '1'='1", "' UNION SELECT password FROM auth_user--", "1 or sleep(5)"]),
  ...each("942", inField, ["1' OR '1'='1"]),
  ...each("942", inCookie, ["1'%20OR%20'1'='1", "1%27%20UNION%20SELECT%201--"]),
  ...each("942", inName, ["1' OR '1'='1"]),
  ...each("942", inAgent, ["' OR '1'='1' --"]),
  ...each("942", inHeader("X-Device-Id"), [
    "1' OR '1'='1", "-1 union select password from auth_user--", "'%20or%201=1--", "(select%280%29from%28select%28sleep%2815%29%29%29v%29", "x' and pg_sleep(5)--", "123)%20AND%2012=12%20AND%20JSON_DEPTH%28%27%7B%7D%27%29%20%21=%202521",
  ]),
  ...each("942", inReferer, ["id=1'%20UNION%20SELECT%201--"]),
  // What is not let through with inches, contractions, signatures and remarks.
  ...each("942", inJson, [
    "1\" union select 1", "1' or 1 like '1", "x' or y\n-- ", "1 or sleep (5)", "(select 1)", "1 union (select 1)", "1 except select password from auth_user",
    "1 having 1=1", "1 having count(id)>1", "1); drop table x--", "'; create user evil", "1; alter table x add y int", "'; drop table orders", "1 or null is null", "'; copy (select 1) to '/tmp/x'",
  ]),
];
