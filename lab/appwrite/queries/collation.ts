/**
 * What MariaDB compares text by (`utf8mb4_general_ci`): without case, accents and spaces at the end. So a unique index
 * finds `A` and `a ` to be the same.
 */
export function collated(text: string): string {
  // Most is ASCII, and normalizing is slow.
  const plain = /^[\x20-\x7e]*$/.test(text) ? text : text.normalize("NFD").replace(/\p{M}/gu, "");
  return plain.toLowerCase().trimEnd();
}
