/** Text and boxes of a picture. */
import { look } from "./look";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const escape = (text: string): string => text.replace(/[\u0000-\u001f]/g, " ").replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

export interface TextStyle {
  size?: number;
  color?: string;
  weight?: number;
  anchor?: "start" | "middle" | "end";
  mono?: boolean;
  /** Pixels that it may take; what is longer is cut. */
  within?: number;
}

/** How wide a text is drawn, by the average of its letters: nothing here can measure it. */
export const widthOf = (text: string, size: number, mono = false): number => text.length * size * (mono ? 0.602 : 0.56);

export function text(x: number, y: number, words: string, { size = 12, color = look.text, weight = 400, anchor = "start", mono = false, within }: TextStyle = {}): string {
  const most = within === undefined ? Infinity : Math.max(1, Math.floor(within / widthOf("x", size, mono)));
  const shown = words.length > most ? `${words.slice(0, most - 1)}…` : words;
  const family = mono ? ` font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace"` : "";
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${color}" font-weight="${weight}" text-anchor="${anchor}"${family} xml:space="preserve">${escape(shown)}</text>`;
}

export const rect = ({ x, y, width, height }: Box, fill: string, more = ""): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(0, width))}" height="${round(Math.max(0, height))}" fill="${fill}"${more}/>`;

export const round = (figure: number): number => Math.round(figure * 10) / 10;
