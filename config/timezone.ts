import type { Judge } from "./formats";

/**
 * What Node still calls zones by that IANA has renamed (CLDR keeps the first name that it had). The machines know the new
 * name alone: Debian 13 has the old ones in `tzdata-legacy`.
 */
const renamed: Record<string, string> = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Catamarca": "America/Argentina/Catamarca",
  "America/Cordoba": "America/Argentina/Cordoba",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Jujuy": "America/Argentina/Jujuy",
  "America/Louisville": "America/Kentucky/Louisville",
  "America/Mendoza": "America/Argentina/Mendoza",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Enderbury": "Pacific/Kanton",
  "Pacific/Ponape": "Pacific/Pohnpei",
  "Pacific/Truk": "Pacific/Chuuk",
};

/** UTC under the names that Debian's `tzdata` has for it. */
const utc = ["UTC", "GMT", "Etc/UTC", "Etc/GMT"];

/** All else in `tzdata` is a region and a city: Node takes `+03:00`, too. */
const region = /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)\//;

/** What Node takes a name for, however it is spelt. */
function known(value: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** One name for each zone, which both Node and the machines know. */
export const timezoneFault: Judge = (value) => {
  if (utc.includes(value)) return undefined;
  const canonical = known(value);
  const name = canonical && (renamed[canonical] ?? canonical);
  if (name === undefined || !(region.test(name) || utc.includes(name))) return "is not a time zone";
  return name === value ? undefined : { reason: `is another name of ${name}`, value: name };
};
