/** The port of an `https` URL. */
export const portOf = (url: string): number => Number(new URL(url).port || 443);
