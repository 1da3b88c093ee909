/** Variables of queries, as Grafana fills them in. */

/** What is shown: the time, and what the reader chose. */
export interface Shown {
  /** In seconds since 1970. */
  from: number;
  to: number;
  /** How often figures are read: the data source's own interval. */
  scrapeSeconds: number;
  /** By variable's name; all of a label's values where none is given. */
  choices: Record<string, string>;
  /** Points that a graph has room for. @default 1000 */
  points?: number;
}

/** The distance between two points of a graph, in seconds. */
export const stepOf = ({ from, to, scrapeSeconds, points = 1000 }: Shown): number => Math.max(scrapeSeconds, Math.ceil((to - from) / points));

/** A query with its variables filled in. @throws if one is left */
export function fill(expr: string, shown: Shown): string {
  const interval = stepOf(shown);
  const known: Record<string, string> = {
    // @see https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/#use-__rate_interval
    __rate_interval: `${Math.max(interval + shown.scrapeSeconds, 4 * shown.scrapeSeconds)}s`,
    __interval: `${interval}s`,
    __auto: `${interval}s`,
    __range: `${shown.to - shown.from}s`,
    ...shown.choices,
  };
  return expr.replace(/\$(?:\{(\w+)\}|(\w+))/g, (text, braced?: string, plain?: string) => {
    const value = known[braced ?? plain!];
    if (value === undefined) throw new Error(`${text} in ${expr} is not filled in`);
    return value;
  });
}
