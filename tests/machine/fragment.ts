import type { Fragment } from "../../machine/state";

/** What a part of a machine's state writes into a file. */
export const content = ({ files }: Fragment, path: string): string => files!.find((file) => file.path === path)!.content;
