/** Figures as Grafana writes them, by its ids of units. */
export function written(value: number, unit = "short", decimals?: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = (figure: number, most: number) => Number(figure.toFixed(decimals ?? most)).toString();
  switch (unit) {
    case "percentunit": return `${digits(value * 100, Math.abs(value) < 0.1 && value !== 0 ? 1 : 0)} %`;
    case "s": return duration(value, digits);
    case "bytes": return scaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB"], digits);
    case "Bps": return scaled(value, 1000, ["B/s", "kB/s", "MB/s", "GB/s"], digits);
    case "reqps": return scaled(value, 1000, ["req/s", "K req/s"], digits);
    case "ops": return scaled(value, 1000, ["/s", "K/s"], digits);
    case "rowsps": return scaled(value, 1000, ["rows/s", "K rows/s"], digits);
    default: return scaled(value, 1000, ["", "K", "M", "G"], digits);
  }
}

type Digits = (figure: number, most: number) => string;

const precision = (figure: number): number => (Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 10 ? 1 : 2);

function scaled(value: number, base: number, names: string[], digits: Digits): string {
  const power = value === 0 ? 0 : Math.min(names.length - 1, Math.max(0, Math.floor(Math.log(Math.abs(value)) / Math.log(base))));
  const figure = value / base ** power;
  return `${digits(figure, precision(figure))} ${names[power]}`.trim();
}

function duration(seconds: number, digits: Digits): string {
  const size = Math.abs(seconds);
  const units: [number, string][] = [[86_400, "days"], [3600, "hours"], [60, "min"], [1, "s"], [1e-3, "ms"], [1e-6, "µs"]];
  const [length, name] = size === 0 ? [1, "s"] as const : units.find(([least]) => size >= least) ?? units.at(-1)!;
  const figure = seconds / length;
  return `${digits(figure, precision(figure))} ${name}`;
}
