const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");

/** The name of a history's WAL segment, by how many segments come before it. */
export const segmentName = (timeline: number, segment: number): string => [timeline, Math.floor(segment / 256), segment % 256].map(hex).join("");
