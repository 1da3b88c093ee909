import * as fs from "node:fs";

/** What is mounted on this host, in the order in which it was. */
export const mounts = (): { directory: string; type: string; options: string[] }[] =>
  fs.readFileSync("/proc/mounts", "utf8").trim().split("\n").map((line) => {
    const [, directory, type, options] = line.split(" ");
    return { directory: directory!, type: type!, options: options!.split(",") };
  });

export const isMounted = (directory: string): boolean => mounts().some((mount) => mount.directory === directory);
