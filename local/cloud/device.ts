/** Both halves of a device's number, as the kernel packs them. */
export const major = (device: number): number => (device >> 8) & 0xfff;
export const minor = (device: number): number => (device & 0xff) | ((device >> 12) & 0xfff00);
